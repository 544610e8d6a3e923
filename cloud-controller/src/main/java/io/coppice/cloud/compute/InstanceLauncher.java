package io.coppice.cloud.compute;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.front.RequestContext;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.keypair.KeyPairs;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NetworkInterfaceId;
import io.coppice.foundation.id.ReservationId;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;

/**
 * Carries out RunInstances: looks everything up, writes reservation, instances, addresses, tags and events in one
 * transaction, and answers. No remote call; what comes of it is the reconciler's work. Thread-safe.
 */
final class InstanceLauncher {
    private static final long MIB_PER_GIB = 1024;
    private static final long BYTES_PER_MIB = 1024 * 1024;

    private final Database database;
    private final Catalogue catalogue;
    private final EventLog events;
    private final AddressPool addresses;
    private final LaunchParser parser;
    private final InstanceAnswers answers;
    private final ComputeSettings settings;

    /** What a launch looks up of other features. */
    record Catalogue(Images images, KeyPairs keyPairs, InstanceTypes types, Tags tags, NetworkNames networks) {}

    /** What a launch needs to know of the cloud. */
    record ComputeSettings(int instanceLimit, Clock clock, ZoneSignal signal) {}

    InstanceLauncher(
            Database database,
            Catalogue catalogue,
            EventLog events,
            AddressPool addresses,
            InstanceAnswers answers,
            ComputeSettings settings) {
        this.database = database;
        this.catalogue = catalogue;
        this.events = events;
        this.addresses = addresses;
        this.answers = answers;
        this.settings = settings;
        this.parser = new LaunchParser(answers.zone());
    }

    RunInstancesResponse run(RequestContext context, RunInstancesRequest request) {
        return run(context, LaunchRequest.plain(request));
    }

    RunInstancesResponse run(RequestContext context, LaunchRequest request) {
        var command = parser.parse(request);
        var answer = database.call(entities -> {
            var earlier = earlier(entities, context, command);
            return earlier != null ? earlier : launch(entities, context, command);
        });
        settings.signal().changed(command.zone());
        return answer;
    }

    /** The answer to a client token that was already used; null when this is a new launch. */
    private @Nullable RunInstancesResponse earlier(
            EntityManager entities, RequestContext context, LaunchCommand command) {
        if (command.clientToken().isEmpty()) {
            return null;
        }
        // The same token at the same time waits here for the first one to end.
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:name, 0))) l")
                .setParameter("name", "token " + context.account() + " " + command.clientToken())
                .getSingleResult();
        var found = entities.createQuery(
                        "select r from Reservation r where r.accountId = :account and r.clientToken = :token",
                        Reservation.class)
                .setParameter("account", context.account().value())
                .setParameter("token", command.clientToken())
                .getResultList();
        if (found.isEmpty()) {
            return null;
        }
        var reservation = found.getFirst();
        if (!reservation.fingerprint.equals(command.fingerprint())) {
            throw InstanceErrors.tokenMismatch(command.clientToken());
        }
        var instances = InstanceRows.ofReservation(entities, reservation.id);
        return answers.launched(reservation, instances, tags(context, instances));
    }

    private RunInstancesResponse launch(EntityManager entities, RequestContext context, LaunchCommand command) {
        var names = catalogue.networks().of(context.account());
        LaunchNetworks.check(command, names);
        var image = catalogue.images().forLaunch(context.account(), command.image());
        var type = catalogue.types().require(command.instanceType());
        var publicKey =
                command.keyName().isEmpty() ? "" : catalogue.keyPairs().publicKey(context.account(), command.keyName());
        var plan = new LaunchPlan(
                context.account(),
                ReservationId.random().value(),
                command,
                InstanceImage.of(image),
                machine(command, image, type),
                publicKey,
                settings.clock().instant().truncatedTo(ChronoUnit.MILLIS));
        var count = allowedCount(entities, plan);
        var reservation = new Reservation(
                plan.reservationId(),
                context.account().value(),
                command.clientToken().isEmpty() ? null : command.clientToken(),
                command.fingerprint(),
                plan.at());
        entities.persist(reservation);
        var instances = make(entities, plan, names, count);
        instances.forEach(entities::persist);
        // One batch on the wire, before tags and events that name the rows.
        entities.flush();
        tag(context, command.tags(), instances);
        recordLaunch(context, plan, instances);
        return answers.launched(
                reservation,
                instances,
                command.tags().instance().isEmpty()
                        ? Map.of()
                        : tagsOfAll(instances, command.tags().instance()));
    }

    private void tag(RequestContext context, LaunchTags given, List<Instance> instances) {
        putAll(context, instances, i -> i.id, "instance", given.instance());
        putAll(context, instances, InstanceRootVolumes::idOf, "volume", given.volume());
        putAll(context, instances, i -> i.network.interfaceId(), "network-interface", given.networkInterface());
    }

    private void putAll(
            RequestContext context,
            List<Instance> instances,
            Function<Instance, String> id,
            String resourceType,
            Map<String, String> given) {
        if (!given.isEmpty()) {
            catalogue
                    .tags()
                    .putAll(context.account(), instances.stream().map(id).toList(), resourceType, given);
        }
    }

    private List<Instance> make(EntityManager entities, LaunchPlan plan, NetworkNames.DefaultNames names, int count) {
        var ids = Stream.generate(InstanceId::random)
                .map(InstanceId::value)
                .limit(count)
                .toList();
        var taken = addresses.take(entities, plan.command().zone(), ids);
        if (taken.size() < count) {
            throw InstanceErrors.addressesUsedUp(names.subnetId());
        }
        var instances = new ArrayList<Instance>(count);
        for (var id : ids) {
            var address = taken.getOrDefault(id, "");
            var network = new InstanceNetwork(
                    names.vpcId(),
                    names.subnetId(),
                    names.securityGroupId(),
                    names.securityGroupName(),
                    NetworkInterfaceId.random().value(),
                    address,
                    MacAddresses.forIpv4(address));
            instances.add(new Instance(id, plan, instances.size(), network));
        }
        return instances;
    }

    /** As many as the quota leaves, at least the minimum. Launches of one account wait for each other here. */
    private int allowedCount(EntityManager entities, LaunchPlan plan) {
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:name, 0))) l")
                .setParameter("name", "launch " + plan.account())
                .getSingleResult();
        var alive = InstanceRows.countAlive(entities, plan.account());
        var room = settings.instanceLimit() - alive;
        if (plan.command().minCount() > room) {
            throw InstanceErrors.limitExceeded(plan.command().minCount(), alive, settings.instanceLimit());
        }
        return (int) Math.min(plan.command().maxCount(), room);
    }

    private void recordLaunch(RequestContext context, LaunchPlan plan, List<Instance> instances) {
        var cause =
                new ChangeCause(context.action(), context.caller().arn(), context.requestId(), "Launch was requested");
        var facts = new LinkedHashMap<String, Map<String, String>>();
        for (var instance : instances) {
            facts.put(
                    instance.id,
                    Map.of(
                            "state", instance.state.awsName(),
                            "image", instance.image.id(),
                            "type", instance.machine.type(),
                            "reservation", plan.reservationId(),
                            "address", instance.network.privateIp(),
                            "zone", instance.zone));
        }
        events.appendAll(cause, "instance.launched", plan.account(), facts);
    }

    private Map<String, Map<String, String>> tags(RequestContext context, List<Instance> instances) {
        return catalogue
                .tags()
                .of(context.account(), instances.stream().map(i -> i.id).toList());
    }

    private static Map<String, Map<String, String>> tagsOfAll(List<Instance> instances, Map<String, String> tags) {
        return instances.stream().collect(java.util.stream.Collectors.toMap(i -> i.id, i -> tags));
    }

    private static InstanceMachine machine(LaunchCommand command, Images.LaunchImage image, InstanceTypes.Type type) {
        var imageMib = (image.virtualSizeBytes() + BYTES_PER_MIB - 1) / BYTES_PER_MIB;
        var askedMib = command.rootDiskGib() * MIB_PER_GIB;
        if (askedMib != 0 && askedMib < imageMib) {
            throw io.coppice.wire.error.AwsException.client(
                    "InvalidBlockDeviceMapping",
                    "Volume of size " + command.rootDiskGib() + "GB is smaller than the image's " + imageMib + " MiB");
        }
        var diskMib = askedMib != 0
                ? askedMib
                : Math.max(type.rootDiskGib() * MIB_PER_GIB, type.rootDiskGib() == 0 ? 0 : imageMib);
        return new InstanceMachine(type.name(), type.vcpus(), type.memoryMib(), diskMib);
    }
}
