package io.coppice.cloud.compute;

import io.coppice.cloud.compute.LaunchNetwork.Connection;
import io.coppice.cloud.compute.LaunchNetwork.Share;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.event.EventLog.NewEvent;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.LaunchVolume;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import jakarta.persistence.EntityManager;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes launches of one account: quota, reservations, addresses, instances, tags and events, the same few statements
 * for one launch as for many. Every method belongs in the caller's transaction. Thread-safe.
 */
final class LaunchWriter {
    private static final String RESERVE = """
            insert into reservations (id, account_id, client_token, request_fingerprint, created_at)
            select w.id, cast(? as varchar), w.token, w.fingerprint, cast(? as timestamptz)
            from unnest(?, ?, ?) with ordinality as w(id, token, fingerprint, n)
            order by w.n
            on conflict (account_id, client_token) where client_token is not null do nothing
            returning id""";

    private final LaunchNetwork network;
    private final LaunchVolumes volumes;
    private final Tags tags;
    private final EventLog events;
    private final LaunchRoom quotas;

    LaunchWriter(LaunchNetwork network, LaunchVolumes volumes, Tags tags, EventLog events, LaunchRoom quotas) {
        this.network = network;
        this.volumes = volumes;
        this.tags = tags;
        this.events = events;
        this.quotas = quotas;
    }

    /** A launch with everything looked up, and on whose behalf it is. */
    record Launch(LaunchPlan plan, LaunchNetwork.Wanted network, List<LaunchVolume> volumes, ChangeCause cause) {
        Launch {
            volumes = List.copyOf(volumes);
        }

        LaunchCommand command() {
            return plan.command();
        }
    }

    /** What came of a launch: its reservation and instances, now or when its client token was first used. */
    record Outcome(String reservationId, List<Instance> instances, Map<String, Map<String, String>> tags) {}

    /** Carries out launches of one account, or throws what refuses one of them; each outcome stands where its launch does. */
    List<Outcome> write(EntityManager entities, List<Launch> launches) {
        var account = launches.getFirst().plan().account();
        // Launches of one account in other processes wait here; what they have committed is counted after it.
        var together = new PlainSql.Together().lock(LaunchUsage.lock(account));
        var reservations = reserve(together, account, launches);
        var room = quotas.ask(together, account);
        together.run(entities);
        var reserved = Set.copyOf(reservations);
        var fresh = launches.stream()
                .filter(launch -> reserved.contains(launch.plan().reservationId()))
                .toList();
        var made = fresh.isEmpty() ? List.<List<Instance>>of() : make(entities, account, fresh, room);
        var outcomes = new ArrayList<Outcome>(launches.size());
        for (var launch : launches) {
            var place = fresh.indexOf(launch);
            outcomes.add(
                    place < 0
                            ? earlier(entities, account, launch.command()).orElseThrow()
                            : outcome(launch, made.get(place)));
        }
        return outcomes;
    }

    /** The reservations that are new: those whose client token was never used. */
    private static List<String> reserve(PlainSql.Together together, AccountId account, List<Launch> launches) {
        return together.query(
                RESERVE,
                row -> row.getString(1),
                account.value(),
                launches.getFirst().plan().at().atOffset(ZoneOffset.UTC),
                column(launches, launch -> launch.plan().reservationId()),
                column(
                        launches,
                        launch -> launch.command().clientToken().isEmpty()
                                ? null
                                : launch.command().clientToken()),
                column(launches, launch -> launch.command().fingerprint()));
    }

    private static @Nullable String[] column(List<Launch> launches, Function<Launch, @Nullable String> value) {
        return launches.stream().map(value).toArray(String[]::new);
    }

    private List<List<Instance>> make(
            EntityManager entities, AccountId account, List<Launch> launches, LaunchRoom.Ask room) {
        var left = room.leftFor(entities, launches.stream().map(Launch::plan).toList());
        var idsOfEach = ids(left, launches);
        var all = idsOfEach.stream().flatMap(List::stream).toList();
        var shares = new ArrayList<Share>(launches.size());
        for (int i = 0; i < launches.size(); i++) {
            shares.add(new Share(launches.get(i).network(), idsOfEach.get(i)));
        }
        var connected = network.connect(entities, shares);
        var partitions = new LaunchPartitions(entities);
        var made = new ArrayList<List<Instance>>(launches.size());
        for (int i = 0; i < launches.size(); i++) {
            var instances = instances(launches.get(i), idsOfEach.get(i), connected);
            for (var instance : instances) {
                partitions.assign(instance, launches.get(i).command());
            }
            made.add(instances);
        }
        var rows = new PlainSql.Together();
        left.used().keep(rows, account);
        InstanceRows.add(rows, made.stream().flatMap(List::stream).toList());
        rows.run(entities);
        var changes = new ArrayList<NewEvent>(all.size());
        for (int i = 0; i < launches.size(); i++) {
            var launch = launches.get(i);
            tag(account, launch.command().tags(), made.get(i), connected);
            for (var instance : made.get(i)) {
                volumes.make(
                        entities,
                        account,
                        instance.id,
                        launch.volumes(),
                        launch.command().tags().volume(),
                        launch.plan().at());
                changes.add(event(launch, instance));
            }
        }
        events.appendAll(changes);
        network.load(entities, made.stream().flatMap(List::stream).toList());
        return made;
    }

    private void tag(AccountId account, LaunchTags given, List<Instance> instances, Map<String, Connection> connected) {
        putAll(account, instances, i -> i.id, "instance", given.instance());
        // Volumes that are more than a name get them when they are made.
        putAll(
                account,
                instances.stream().filter(i -> !i.image.onVolume()).toList(),
                InstanceRootVolumes::idOf,
                "volume",
                given.volume());
        var interfaces = instances.stream()
                .flatMap(i -> Objects.requireNonNull(connected.get(i.id)).newInterfaceIds().stream())
                .toList();
        if (!given.networkInterface().isEmpty()) {
            tags.putAll(account, interfaces, "network-interface", given.networkInterface());
        }
    }

    private void putAll(
            AccountId account,
            List<Instance> instances,
            Function<Instance, String> id,
            String resourceType,
            Map<String, String> given) {
        if (!given.isEmpty()) {
            tags.putAll(account, instances.stream().map(id).toList(), resourceType, given);
        }
    }

    /** Ids for as many instances of each launch as the quotas leave, at least its minimum. */
    private static List<List<String>> ids(LaunchRoom.Left left, List<Launch> launches) {
        var ids = new ArrayList<List<String>>(launches.size());
        for (var launch : launches) {
            ids.add(Stream.generate(InstanceId::random)
                    .map(InstanceId::value)
                    .limit(left.take(launch.plan()))
                    .toList());
        }
        return ids;
    }

    private static List<Instance> instances(Launch launch, List<String> ids, Map<String, Connection> connected) {
        var instances = new ArrayList<Instance>(ids.size());
        for (var id : ids) {
            var connection = Objects.requireNonNull(connected.get(id));
            instances.add(new Instance(id, launch.plan(), instances.size(), connection.primary()));
        }
        return instances;
    }

    private static NewEvent event(Launch launch, Instance instance) {
        return new NewEvent(
                launch.cause(),
                "instance.launched",
                instance.id,
                launch.plan().account(),
                Map.of(
                        "state", instance.state.awsName(),
                        "image", instance.image.id(),
                        "type", instance.machine.type(),
                        "reservation", instance.reservationId,
                        "address", instance.network.privateIp(),
                        "zone", instance.zone));
    }

    private static Outcome outcome(Launch launch, List<Instance> instances) {
        var tags = launch.command().tags().instance();
        return new Outcome(
                launch.plan().reservationId(),
                instances,
                tags.isEmpty()
                        ? Map.of()
                        : instances.stream().collect(java.util.stream.Collectors.toMap(i -> i.id, i -> tags)));
    }

    /** What came of the launch that used this one's client token before; empty when none did. */
    Optional<Outcome> earlier(EntityManager entities, AccountId account, LaunchCommand command) {
        if (command.clientToken().isEmpty()) {
            return Optional.empty();
        }
        return entities
                .createQuery(
                        "select r from Reservation r where r.accountId = :account and r.clientToken = :token",
                        Reservation.class)
                .setParameter("account", account.value())
                .setParameter("token", command.clientToken())
                .getResultList()
                .stream()
                .findFirst()
                .map(reservation -> again(entities, account, command, reservation));
    }

    private Outcome again(EntityManager entities, AccountId account, LaunchCommand command, Reservation reservation) {
        if (!reservation.fingerprint.equals(command.fingerprint())) {
            throw InstanceErrors.tokenMismatch(command.clientToken());
        }
        var instances = InstanceRows.ofReservation(entities, reservation.id);
        network.load(entities, instances);
        return new Outcome(
                reservation.id,
                instances,
                tags.of(account, instances.stream().map(i -> i.id).toList()));
    }
}
