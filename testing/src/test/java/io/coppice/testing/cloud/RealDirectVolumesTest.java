package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static io.coppice.testing.cloud.RealGuests.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.support.CephUnderTest;
import io.coppice.testing.cloud.RealGuests.Guest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotInfo;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/**
 * If this failed, guests would lose what they wrote to volumes that their host opens in Ceph itself, or stop when the EBS controller does. A
 * real Ceph, a real host, real guests.
 */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealDirectVolumesTest {
    private static final String WRITE_FOR_EVER = "(n=0; while :; do n=$((n+1)); echo $n >> /mnt/log;"
            + " [ $((n%50)) = 0 ] && sync; done) >/dev/null 2>&1 & echo";
    private static final String STOP_WRITING = "killall sh 2>/dev/null; sleep 1; sync";

    /** In which the loser would have written many times. */
    private static final int LOOKS = 10;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @SuppressWarnings("NullAway.Init")
    private static RealGuests guests;

    @SuppressWarnings("NullAway.Init")
    private static CephUnderTest ceph;

    private static String pool = "";

    @BeforeAll
    static void raise() throws IOException {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        var lacking = CephUnderTest.lacking();
        assumeTrue(lacking.isEmpty(), lacking.orElse(""));
        ceph = CephUnderTest.get();
        pool = ceph.pool();
        cloud = CloudUnderTest.up(
                folder.resolve("cloud"),
                "--hypervisor",
                "libvirt",
                "--network",
                "flat",
                "--set",
                "coppice.ebs.backend=rbd",
                "--set",
                "coppice.ebs.ceph.conf=" + ceph.conf(),
                "--set",
                "coppice.ebs.ceph.keyring=" + ceph.keyring(),
                "--set",
                "coppice.ebs.ceph.pool=" + pool,
                "--set",
                "coppice.node.ceph.conf=" + ceph.conf(),
                "--set",
                "coppice.node.ceph.keyring=" + ceph.keyring());
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
    void aVolumeServesItsGuestsWithoutTheMachineOfItsController() throws IOException {
        try (var ec2 = cloud.ec2()) {
            var writer = guests.launch(ec2, cloud.sampleImageId());
            var volume = volume(ec2);
            var disk = guests.attach(ec2, volume, writer);
            assertTrue(imagesOf(volume).startsWith(volume + ".e"), "its host opens " + imagesOf(volume));
            ssh(
                    writer,
                    "mke2fs -q /dev/" + disk + " >/dev/null 2>&1; mkdir -p /mnt; mount /dev/" + disk
                            + " /mnt; dd if=/dev/urandom of=/mnt/file bs=1M count=16 2>/dev/null; sync");
            var sum = ssh(writer, "md5sum < /mnt/file");
            ssh(writer, WRITE_FOR_EVER);
            var before = written(writer);
            var snapshot =
                    ec2.createSnapshot(request -> request.volumeId(volume)).snapshotId();

            cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "down").orFail();
            var alone = written(writer);
            eventually("the guest goes on alone", LIMIT, () -> written(writer), count -> count > alone + 200);
            cloud.upAgain("--hypervisor", "libvirt", "--network", "flat").orFail();
            eventually("the guest goes on", LIMIT, () -> written(writer), count -> count > alone + 400);
            assertEquals("", daemons());

            ec2.modifyVolume(request -> request.volumeId(volume).size(2));
            eventually(
                    "the guest sees it grow",
                    LIMIT,
                    () -> ssh(writer, "cat /sys/block/" + disk + "/size"),
                    String.valueOf((2L << 30) / 512)::equals);
            assertEquals("0", ssh(writer, "dmesg | grep -c 'I/O error' || true"));
            var last = detach(ec2, volume, writer);
            eventually("its name is its own again", LIMIT, () -> imagesOf(volume), volume::equals);

            var reader = guests.launch(ec2, cloud.sampleImageId());
            var again = guests.attach(ec2, volume, reader);
            ssh(reader, "mkdir -p /mnt; mount /dev/" + again + " /mnt");
            assertEquals(sum, ssh(reader, "md5sum < /mnt/file"));
            assertEquals(last, written(reader));
            detach(ec2, volume, reader);
            var clone = ec2.createVolume(
                            request -> request.availabilityZone(zone(ec2)).snapshotId(snapshot))
                    .volumeId();
            var copy = guests.attach(ec2, clone, reader);
            ssh(reader, "mount /dev/" + copy + " /mnt");
            assertEquals(sum, ssh(reader, "md5sum < /mnt/file"));
            assertTrue(written(reader) >= before, "less is in the snapshot than was written before it");
            assertTrue(written(reader) < last, "more is in the snapshot than was written before it");
            ec2.terminateInstances(request -> request.instanceIds(writer.id(), reader.id()));
            assertEquals("", daemons());
        }
    }

    @Test
    @Order(2)
    void aGuestThatLosesItsVolumeByForceWritesNothingToItAnyMore() throws IOException {
        try (var ec2 = cloud.ec2()) {
            var loser = guests.launch(ec2, cloud.sampleImageId());
            var winner = guests.launch(ec2, cloud.sampleImageId());
            var volume = volume(ec2);
            var disk = guests.attach(ec2, volume, loser);
            ssh(loser, "(while :; do cat /proc/uptime > /dev/" + disk + "; sync; done) >/dev/null 2>&1 & echo");
            var first = imagesOf(volume);
            ec2.detachVolume(request -> request.volumeId(volume).force(true));
            var other = guests.attach(ec2, volume, winner);
            assertNotEquals(first, imagesOf(volume));
            assertTrue(imagesOf(volume).startsWith(volume + ".e"));
            var read = "echo 3 > /proc/sys/vm/drop_caches; head -c 512 /dev/" + other + " | md5sum";
            var held = ssh(winner, read);
            for (int look = 0; look < LOOKS; look++) {
                assertEquals(held, ssh(winner, read), "somebody else writes to it");
            }
            eventually(
                    "the loser answers and has it no more",
                    LIMIT,
                    () -> guests.tryCommand(loser, "cat /sys/block/vd*/serial").output(),
                    text -> !text.isBlank() && !text.contains(volume.replace("-", "")));
            ec2.terminateInstances(request -> request.instanceIds(loser.id(), winner.id()));
        }
    }

    @Test
    @Order(3)
    void aGuestBootsFromAVolumeThatItsHostOpensAndItsVolumesAreKeptAtOneMoment() throws IOException {
        try (var ec2 = cloud.ec2()) {
            var model = guests.launch(ec2, cloud.sampleImageId());
            var image = ec2.createImage(
                            request -> request.instanceId(model.id()).name("direct"))
                    .imageId();
            eventually(
                    "made",
                    LIMIT,
                    () -> ec2.describeImages(request -> request.imageIds(image))
                            .images()
                            .getFirst()
                            .stateAsString(),
                    "available"::equals);
            ec2.terminateInstances(request -> request.instanceIds(model.id()));
            var guest = guests.launch(ec2, image);
            var volume = volume(ec2);
            guests.attach(ec2, volume, guest);
            assertEquals("", daemons());
            ssh(guest, "(while :; do date >> /root/log; sync; done) >/dev/null 2>&1 & echo");
            var taken = ec2.createSnapshots(request -> request.instanceSpecification(of -> of.instanceId(guest.id())))
                    .snapshots();
            assertEquals(2, taken.size());
            var ids = taken.stream().map(SnapshotInfo::snapshotId).toList();
            eventually(
                    "taken",
                    LIMIT,
                    () -> ec2.describeSnapshots(request -> request.snapshotIds(ids)).snapshots().stream()
                            .map(Snapshot::state)
                            .toList(),
                    List.of(SnapshotState.COMPLETED, SnapshotState.COMPLETED)::equals);
            var lines = Integer.parseInt(ssh(guest, "wc -l < /root/log"));
            eventually(
                    "the guest goes on",
                    LIMIT,
                    () -> Integer.parseInt(ssh(guest, "wc -l < /root/log")),
                    count -> count > lines + 5);
            ec2.stopInstances(request -> request.instanceIds(guest.id()));
            eventually(
                    "stopped",
                    LIMIT,
                    () -> ec2.describeInstances(request -> request.instanceIds(guest.id()))
                            .reservations()
                            .getFirst()
                            .instances()
                            .getFirst()
                            .state()
                            .nameAsString(),
                    "stopped"::equals);
            ec2.startInstances(request -> request.instanceIds(guest.id()));
            guests.awaitAnswer(guest);
            assertTrue(Integer.parseInt(ssh(guest, "wc -l < /root/log")) > lines);
            ec2.terminateInstances(request -> request.instanceIds(guest.id()));
        }
    }

    private static String zone(Ec2Client ec2) {
        return ec2.describeAvailabilityZones().availabilityZones().getFirst().zoneName();
    }

    private static String volume(Ec2Client ec2) {
        return ec2.createVolume(request -> request.availabilityZone(zone(ec2)).size(1))
                .volumeId();
    }

    /** What the image of a volume is called, or its images if there are several. */
    private static String imagesOf(String volume) {
        try {
            return String.join(
                    " ",
                    CephUnderTest.run("rbd", "--conf", ceph.conf().toString(), "ls", pool)
                            .lines()
                            .filter(name -> name.startsWith(volume))
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The storage daemons of this cloud. */
    private static String daemons() {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains("qemu-storage-daemon")
                        && line.contains(cloud.data().toString()))
                .findAny()
                .orElse("");
    }

    /** In good order; returns how much was written. */
    private static int detach(Ec2Client ec2, String volume, Guest guest) {
        guests.tryCommand(guest, STOP_WRITING);
        var written = written(guest);
        ssh(guest, "umount /mnt");
        ec2.detachVolume(request -> request.volumeId(volume));
        eventually("free", LIMIT, () -> RealGuests.volume(ec2, volume).stateAsString(), "available"::equals);
        assertEquals("", guests.disk(volume, guest));
        return written;
    }

    private static int written(Guest guest) {
        return Integer.parseInt(ssh(guest, "sync; wc -l < /mnt/log"));
    }

    private static String ssh(Guest guest, String command) {
        return guests.command(guest, command);
    }
}
