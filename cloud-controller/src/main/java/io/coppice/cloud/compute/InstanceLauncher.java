package io.coppice.cloud.compute;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.compute.LaunchWriter.Launch;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.keypair.KeyPairs;
import io.coppice.cloud.localdisk.LocalDisk;
import io.coppice.cloud.localdisk.LocalMappings;
import io.coppice.cloud.setting.AccountSettings;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.id.ReservationId;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;

/**
 * Carries out RunInstances: looks up what the request names, has {@link LaunchQueue} write it, and answers once that is
 * committed. No remote call; what comes of it is the reconciler's work. Thread-safe.
 */
final class InstanceLauncher {
    private static final long MIB_PER_GIB = 1024;
    private static final long BYTES_PER_MIB = 1024 * 1024;

    private final Database database;
    private final Catalogue catalogue;
    private final LaunchNetwork network;
    private final LaunchWriter writer;
    private final LaunchQueue queue;
    private final LaunchParser parser;
    private final InstanceAnswers answers;
    private final ComputeSettings settings;

    /** What a launch looks up of other features. */
    record Catalogue(
            Images images,
            KeyPairs keyPairs,
            InstanceTypes types,
            Tags tags,
            NetworkNames networks,
            AccountSettings accounts,
            VolumeAttachments volumes,
            LaunchVolumes launchVolumes) {}

    /** What a launch needs to know of the cloud. */
    record ComputeSettings(LaunchRoom room, LaunchZones zones, Clock clock, ZoneSignal signal) {}

    InstanceLauncher(
            Database database,
            Catalogue catalogue,
            EventLog events,
            LaunchNetwork network,
            InstanceAnswers answers,
            ComputeSettings settings) {
        this.database = database;
        this.catalogue = catalogue;
        this.answers = answers;
        this.settings = settings;
        this.network = network;
        this.parser = new LaunchParser(settings.zones(), network.flat());
        this.writer = new LaunchWriter(network, catalogue.launchVolumes(), catalogue.tags(), events, settings.room());
        this.queue = new LaunchQueue(database, writer, catalogue);
    }

    RunInstancesResponse run(RequestContext context, RunInstancesRequest request) {
        return run(context, LaunchRequest.plain(request));
    }

    RunInstancesResponse run(RequestContext context, LaunchRequest request) {
        var command = parser.parse(context.account(), request);
        var outcome = carryOut(context, command);
        settings.signal().changed(command.zone());
        return answers.launched(context.account(), outcome);
    }

    private LaunchWriter.Outcome carryOut(RequestContext context, LaunchCommand command) {
        try {
            return queue.carryOut(context.account(), lookUps -> lookUp(lookUps, context, command));
        } catch (AwsException e) {
            // The answer to a used client token stays, whatever has become of what it names since.
            return database.read(entities -> writer.earlier(entities, context.account(), command))
                    .orElseThrow(() -> e);
        }
    }

    private Launch lookUp(LaunchLookUps lookUps, RequestContext context, LaunchCommand command) {
        var image = lookUps.image(command.image());
        var type = catalogue.types().require(command.instanceType());
        var publicKey = lookUps.publicKey(command.keyName());
        var defaults = lookUps.defaults();
        var wanted = lookUps.network(network, command, type);
        var plan = new LaunchPlan(
                context.account(),
                ReservationId.random().value(),
                command,
                InstanceImage.of(image),
                machine(command, image, type),
                publicKey,
                command.wishes().metadata(defaults),
                command.wishes().choices(defaults, type.name(), wanted.usualNames()),
                settings.clock().instant().truncatedTo(ChronoUnit.MILLIS));
        var cause =
                new ChangeCause(context.action(), context.caller().arn(), context.requestId(), "Launch was requested");
        if (image.disks().isEmpty()) {
            LaunchRefusals.checkRootOnHost(command.disks());
        }
        var volumes =
                catalogue.launchVolumes().wanted(context.account(), command.zone(), image.disks(), command.disks());
        return new Launch(plan, wanted, volumes, cause);
    }

    private static InstanceMachine machine(LaunchCommand command, Images.LaunchImage image, InstanceTypes.Type type) {
        var diskMib = image.disks().isEmpty() ? rootDiskMib(command, image, type) : 0;
        var mapped = LocalMappings.over(image.needs().localDisks(), command.disks());
        var machine = new InstanceMachine(
                type.name(),
                type.vcpus(),
                type.memoryMib(),
                diskMib,
                LocalDisk.write(LocalDisk.of(mapped, type.localStorage())));
        return command.wishes().cores() == 0
                ? machine
                : machine.withCores(command.wishes().cores(), type);
    }

    private static long rootDiskMib(LaunchCommand command, Images.LaunchImage image, InstanceTypes.Type type) {
        var imageMib = (image.virtualSizeBytes() + BYTES_PER_MIB - 1) / BYTES_PER_MIB;
        var askedMib = command.rootDiskGib() * MIB_PER_GIB;
        if (askedMib != 0 && askedMib < imageMib) {
            throw AwsException.client(
                    "InvalidBlockDeviceMapping",
                    "Volume of size " + command.rootDiskGib() + "GB is smaller than the image's " + imageMib + " MiB");
        }
        return askedMib != 0
                ? askedMib
                : Math.max(type.rootDiskGib() * MIB_PER_GIB, type.rootDiskGib() == 0 ? 0 : imageMib);
    }
}
