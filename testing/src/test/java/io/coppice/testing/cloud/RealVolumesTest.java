package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.Volume;

/**
 * If this fails, what a guest wrote to a volume is not there for another one, or a guest sees an error because a process of
 * ours was restarted.
 */
class RealVolumesTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration COMMAND = Duration.ofMinutes(1);
    private static final String WRITE_FOR_EVER = "(n=0; while :; do n=$((n+1)); echo $n >> /mnt/log;"
            + " [ $((n%50)) = 0 ] && sync; done) >/dev/null 2>&1 & echo";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    /** A guest that answers. */
    private record Guest(String id, String address) {}

    @BeforeAll
    static void raise() {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        // The other tests with guests have VPCs; here this machine reaches a guest by its private address.
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "libvirt", "--network", "flat");
        Command.run(COMMAND, Map.of(), List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key().toString()))
                .orFail();
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    void aVolumeOutlivesItsGuestAndASnapshotOutlivesWhatComesAfterIt() throws IOException {
        try (var ec2 = cloud.ec2()) {
            var publicKey = Files.readString(Path.of(key() + ".pub"));
            ec2.importKeyPair(
                    request -> request.keyName("volumes").publicKeyMaterial(SdkBytes.fromUtf8String(publicKey)));
            var zone = ec2.describeAvailabilityZones()
                    .availabilityZones()
                    .getFirst()
                    .zoneName();
            var writer = launch(ec2);
            var volume = ec2.createVolume(
                            request -> request.availabilityZone(zone).size(1))
                    .volumeId();
            var disk = attach(ec2, volume, writer);
            ssh(
                    writer,
                    "mke2fs -q /dev/" + disk + " >/dev/null 2>&1; mkdir -p /mnt; mount /dev/" + disk
                            + " /mnt; echo kept > /mnt/file; sync");
            ssh(writer, WRITE_FOR_EVER);

            var before = written(writer);
            var snapshot =
                    ec2.createSnapshot(request -> request.volumeId(volume)).snapshotId();
            var clone = ec2.createVolume(
                            request -> request.availabilityZone(zone).snapshotId(snapshot))
                    .volumeId();
            aDaemonThatDiesIsNotNoticed(volume, writer);
            detach(ec2, volume, writer, "kill %1 2>/dev/null; killall sh 2>/dev/null; sleep 1; umount /mnt");

            var reader = launch(ec2);
            var copy = attach(ec2, clone, reader);
            ssh(reader, "mkdir -p /mnt; mount /dev/" + copy + " /mnt");
            assertEquals("kept", ssh(reader, "cat /mnt/file"));
            assertTrue(written(reader) >= before, "less is in the snapshot than was written before it");
            detach(ec2, clone, reader, "umount /mnt");
            ec2.terminateInstances(request -> request.instanceIds(writer.id(), reader.id()));
            ec2.deleteSnapshot(request -> request.snapshotId(snapshot));
            List.of(volume, clone).forEach(id -> ec2.deleteVolume(request -> request.volumeId(id)));
            eventually("no layer is left", LIMIT, RealVolumesTest::layers, count -> count == 0);
        }
    }

    private static void aDaemonThatDiesIsNotNoticed(String volume, Guest guest) throws IOException {
        var pidFile = cloud.data().resolve("ebs/run/" + volume + ".pid");
        var first = Files.readString(pidFile).strip();
        var before = written(guest);
        ProcessHandle.of(Long.parseLong(first)).orElseThrow().destroyForcibly();
        // It may not answer for a moment, since QEMU has stopped it.
        eventually("the guest answers", LIMIT, () -> trySsh(guest, "echo yes").output(), text -> text.contains("yes"));
        eventually("the guest goes on", LIMIT, () -> written(guest), count -> count > before + 100);
        assertEquals("0", ssh(guest, "dmesg | grep -c 'I/O error' || true"));
        assertTrue(!Files.readString(pidFile).strip().equals(first), "the daemon was not replaced");
    }

    private static Guest launch(Ec2Client ec2) {
        var id = ec2.runInstances(request -> request.imageId(cloud.sampleImageId())
                        .instanceType(InstanceType.M1_SMALL)
                        .keyName("volumes")
                        .minCount(1)
                        .maxCount(1))
                .instances()
                .getFirst()
                .instanceId();
        var address = ec2.describeInstances(request -> request.instanceIds(id))
                .reservations()
                .getFirst()
                .instances()
                .getFirst()
                .privateIpAddress();
        var guest = new Guest(id, address);
        eventually("ssh at " + address, LIMIT, () -> trySsh(guest, "echo yes").output(), text -> text.contains("yes"));
        return guest;
    }

    private static String attach(Ec2Client ec2, String volume, Guest guest) {
        eventually("made", LIMIT, () -> volume(ec2, volume).stateAsString(), "available"::equals);
        ec2.attachVolume(
                request -> request.volumeId(volume).instanceId(guest.id()).device("/dev/sdf"));
        eventually("attached", LIMIT, () -> attachment(ec2, volume), "attached"::equals);
        return eventuallyDisk(volume, guest);
    }

    private static String eventuallyDisk(String volume, Guest guest) {
        eventually("seen by the guest", LIMIT, () -> disk(volume, guest), disk -> !disk.isEmpty());
        return disk(volume, guest);
    }

    private static String disk(String volume, Guest guest) {
        return ssh(
                guest,
                "for d in /sys/block/vd*; do [ \"$(cat $d/serial 2>/dev/null)\" = " + volume.replace("-", "")
                        + " ] && echo ${d##*/}; done; true");
    }

    private static void detach(Ec2Client ec2, String volume, Guest guest, String first) {
        trySsh(guest, first);
        ec2.detachVolume(request -> request.volumeId(volume));
        eventually("free", LIMIT, () -> volume(ec2, volume).stateAsString(), "available"::equals);
        assertEquals("", disk(volume, guest));
    }

    private static Volume volume(Ec2Client ec2, String id) {
        return ec2.describeVolumes(request -> request.volumeIds(id)).volumes().getFirst();
    }

    private static String attachment(Ec2Client ec2, String volume) {
        return volume(ec2, volume).attachments().getFirst().stateAsString();
    }

    private static int written(Guest guest) {
        return Integer.parseInt(ssh(guest, "sync; wc -l < /mnt/log"));
    }

    private static int layers() {
        try (var files = Files.list(cloud.data().resolve("ebs/volumes/layers"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String ssh(Guest guest, String command) {
        return trySsh(guest, command).orFail().output().strip();
    }

    private static Command.Result trySsh(Guest guest, String command) {
        return Command.run(
                COMMAND,
                Map.of(),
                List.of(
                        "ssh",
                        "-q",
                        "-i",
                        key().toString(),
                        "-o",
                        "StrictHostKeyChecking=no",
                        "-o",
                        "UserKnownHostsFile=/dev/null",
                        "-o",
                        "ConnectTimeout=5",
                        "root@" + guest.address(),
                        command));
    }

    private static Path key() {
        return folder.resolve("key");
    }
}
