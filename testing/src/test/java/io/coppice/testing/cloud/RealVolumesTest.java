package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static io.coppice.testing.cloud.RealGuests.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.support.CephUnderTest;
import io.coppice.testing.cloud.RealGuests.Guest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;

/**
 * If this fails, what a guest wrote to a volume is not there for another one, or a guest sees an error because a process of
 * ours was restarted.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealVolumesTest {
    private static final String WRITE_FOR_EVER = "(n=0; while :; do n=$((n+1)); echo $n >> /mnt/log;"
            + " [ $((n%50)) = 0 ] && sync; done) >/dev/null 2>&1 & echo";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @SuppressWarnings("NullAway.Init")
    private static RealGuests guests;

    @BeforeAll
    static void raise() {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        // The other tests with guests have VPCs; here this machine reaches a guest by its private address.
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "libvirt", "--network", "flat");
        try (var ec2 = cloud.ec2()) {
            guests = new RealGuests(folder, ec2);
        }
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    @Order(1)
    void aVolumeOutlivesItsGuestAndASnapshotOutlivesWhatComesAfterIt() throws IOException {
        outlive(RealVolumesTest::layers);
    }

    /** As hosts on other machines have it: volumes are served at ports of an address, with TLS. */
    @Test
    @Order(2)
    void theSameIsTrueOfVolumesThatAreServedWithTls() throws IOException {
        cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "down").orFail();
        Files.writeString(
                cloud.data().resolve("config/coppice.properties"),
                "\ncoppice.ebs.nbd-address=127.0.0.1\n",
                StandardOpenOption.APPEND);
        cloud.upAgain("--hypervisor", "libvirt", "--network", "flat").orFail();
        outlive(RealVolumesTest::layers);
    }

    @Test
    @Order(3)
    @Tag("full")
    void theSameIsTrueOfVolumesInCeph() throws IOException {
        var lacking = CephUnderTest.lacking();
        assumeTrue(lacking.isEmpty(), lacking.orElse(""));
        var ceph = CephUnderTest.get();
        var pool = ceph.pool();
        cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "down").orFail();
        Files.writeString(
                cloud.data().resolve("config/coppice.properties"),
                "\ncoppice.ebs.backend=rbd\ncoppice.ebs.ceph.conf=%s\ncoppice.ebs.ceph.keyring=%s\ncoppice.ebs.ceph.user=%s\ncoppice.ebs.ceph.pool=%s\n"
                        .formatted(ceph.conf(), ceph.keyring(), ceph.user(), pool),
                StandardOpenOption.APPEND);
        cloud.upAgain("--hypervisor", "libvirt", "--network", "flat").orFail();
        outlive(() -> images(ceph, pool));
        try (var ec2 = cloud.ec2()) {
            ec2.enableEbsEncryptionByDefault(request -> {});
            outlive(() -> images(ceph, pool));
            ec2.disableEbsEncryptionByDefault(request -> {});
        }
    }

    /** @param left how many disks there still are */
    private static void outlive(Supplier<Integer> left) throws IOException {
        try (var ec2 = cloud.ec2()) {
            var zone = ec2.describeAvailabilityZones()
                    .availabilityZones()
                    .getFirst()
                    .zoneName();
            var writer = guests.launch(ec2, cloud.sampleImageId());
            var volume = ec2.createVolume(
                            request -> request.availabilityZone(zone).size(1))
                    .volumeId();
            assertEquals(
                    ec2.getEbsEncryptionByDefault(request -> {}).ebsEncryptionByDefault(),
                    RealGuests.volume(ec2, volume).encrypted());
            var disk = guests.attach(ec2, volume, writer);
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

            var reader = guests.launch(ec2, cloud.sampleImageId());
            var copy = guests.attach(ec2, clone, reader);
            ssh(reader, "mkdir -p /mnt; mount /dev/" + copy + " /mnt");
            assertEquals("kept", ssh(reader, "cat /mnt/file"));
            assertTrue(written(reader) >= before, "less is in the snapshot than was written before it");
            detach(ec2, clone, reader, "umount /mnt");
            ec2.terminateInstances(request -> request.instanceIds(writer.id(), reader.id()));
            ec2.deleteSnapshot(request -> request.snapshotId(snapshot));
            List.of(volume, clone).forEach(id -> ec2.deleteVolume(request -> request.volumeId(id)));
            eventually("no disk is left", LIMIT, left, count -> count == 0);
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

    private static void detach(Ec2Client ec2, String volume, Guest guest, String first) {
        trySsh(guest, first);
        ec2.detachVolume(request -> request.volumeId(volume));
        eventually("free", LIMIT, () -> RealGuests.volume(ec2, volume).stateAsString(), "available"::equals);
        assertEquals("", guests.disk(volume, guest));
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

    /** Those that wait to be removed, too. */
    private static int images(CephUnderTest ceph, String pool) {
        try {
            var conf = ceph.conf().toString();
            var named = CephUnderTest.run("rbd", "--conf", conf, "ls", pool);
            var discarded = CephUnderTest.run("rbd", "--conf", conf, "trash", "ls", pool);
            return (int) (named.lines().count() + discarded.lines().count());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String ssh(Guest guest, String command) {
        return guests.command(guest, command);
    }

    private static Command.Result trySsh(Guest guest, String command) {
        return guests.tryCommand(guest, command);
    }
}
