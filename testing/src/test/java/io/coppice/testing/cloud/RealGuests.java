package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeAttachment;

/** Guests of a cloud with a flat network, which this machine reaches by SSH, for tests. */
final class RealGuests {
    static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration COMMAND = Duration.ofMinutes(1);
    private static final String KEY_NAME = "guests";

    private final Path key;
    private final String user;

    private RealGuests(Path key, String user) {
        this.key = key;
        this.user = user;
    }

    /** With a new key in {@code folder}, which {@code ec2} is told of; logins are root's. */
    RealGuests(Path folder, Ec2Client ec2) {
        this(folder.resolve("key"), "root");
        Command.run(COMMAND, Map.of(), List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()))
                .orFail();
        try {
            var publicKey = Files.readString(Path.of(key + ".pub"));
            ec2.importKeyPair(
                    request -> request.keyName(KEY_NAME).publicKeyMaterial(SdkBytes.fromUtf8String(publicKey)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, whose logins are another user's. */
    RealGuests as(String other) {
        return new RealGuests(key, other);
    }

    /** A guest that answers. */
    record Guest(String id, String address) {}

    Guest launch(Ec2Client ec2, String image) {
        var guest = start(ec2, image, request -> request.instanceType(InstanceType.M1_SMALL));
        awaitAnswer(guest);
        return guest;
    }

    /** One that will answer in its own time. */
    Guest start(Ec2Client ec2, String image, Consumer<RunInstancesRequest.Builder> more) {
        var id = ec2.runInstances(request -> more.accept(
                        request.imageId(image).keyName(KEY_NAME).minCount(1).maxCount(1)))
                .instances()
                .getFirst()
                .instanceId();
        var address = ec2.describeInstances(request -> request.instanceIds(id))
                .reservations()
                .getFirst()
                .instances()
                .getFirst()
                .privateIpAddress();
        return new Guest(id, address);
    }

    void awaitAnswer(Guest guest) {
        eventually(
                "ssh at " + guest.address(),
                LIMIT,
                () -> tryCommand(guest, "echo yes").output(),
                text -> text.contains("yes"));
    }

    /** Attaches a volume that is made as {@code /dev/sdf}, and returns the name that the guest has for it. */
    String attach(Ec2Client ec2, String volume, Guest guest) {
        return attach(ec2, volume, guest, "/dev/sdf");
    }

    /** Attaches a volume that is made, and returns the name that the guest has for it. */
    String attach(Ec2Client ec2, String volume, Guest guest, String device) {
        eventually("made", LIMIT, () -> volume(ec2, volume).stateAsString(), state -> !state.equals("creating"));
        ec2.attachVolume(
                request -> request.volumeId(volume).instanceId(guest.id()).device(device));
        // Others may have it too.
        eventually(
                "attached",
                LIMIT,
                () -> volume(ec2, volume).attachments().stream()
                        .filter(each -> guest.id().equals(each.instanceId()))
                        .map(VolumeAttachment::stateAsString)
                        .toList(),
                List.of("attached")::equals);
        eventually("seen by the guest", LIMIT, () -> disk(volume, guest), disk -> !disk.isEmpty());
        return disk(volume, guest);
    }

    /** The name that the guest has for a volume; empty when it does not have it. */
    String disk(String volume, Guest guest) {
        return diskOf(volume.replace("-", ""), guest);
    }

    /** The name that the guest has for the disk with a serial number; empty when it has none. */
    String diskOf(String serial, Guest guest) {
        return command(
                guest,
                "for d in /sys/block/vd*; do [ \"$(cat $d/serial 2>/dev/null)\" = " + serial
                        + " ] && echo ${d##*/}; done; true");
    }

    static Volume volume(Ec2Client ec2, String id) {
        return ec2.describeVolumes(request -> request.volumeIds(id)).volumes().getFirst();
    }

    /** What a command says, which must succeed. */
    String command(Guest guest, String command) {
        return tryCommand(guest, command).orFail().output().strip();
    }

    Command.Result tryCommand(Guest guest, String command) {
        return Command.run(
                COMMAND,
                Map.of(),
                List.of(
                        "ssh",
                        "-q",
                        "-i",
                        key.toString(),
                        "-o",
                        "StrictHostKeyChecking=no",
                        "-o",
                        "UserKnownHostsFile=/dev/null",
                        "-o",
                        "ConnectTimeout=5",
                        user + "@" + guest.address(),
                        command));
    }
}
