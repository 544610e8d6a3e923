package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;

/** If this fails, the snapshots of a cloud are gone with the disk of its EBS controller, though it was told to copy them. */
class SnapshotCopiesTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int WRITTEN = 20 << 20;

    @TempDir
    private Path folder;

    /** What is copied and how it comes back is tested without a cloud in CI; this raises one three times. */
    @Test
    @Tag("full")
    void aSnapshotOutlivesTheDiskItWasTakenOn() throws IOException {
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--hosts", "1")) {
            cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "down").orFail();
            Files.writeString(
                    cloud.data().resolve("config/coppice.properties"),
                    "\ncoppice.snapshot-copies.enabled=true\n",
                    StandardOpenOption.APPEND);
            cloud.upAgain("--hypervisor", "simulated", "--hosts", "1").orFail();
            try (var ec2 = cloud.ec2()) {
                outlives(cloud, ec2);
            }
        }
    }

    private static void outlives(CloudUnderTest cloud, Ec2Client ec2) throws IOException {
        var zone =
                ec2.describeAvailabilityZones().availabilityZones().getFirst().zoneName();
        var volume = ec2.createVolume(request -> request.size(1).availabilityZone(zone))
                .volumeId();
        available(ec2, volume);
        var layers = cloud.data().resolve("ebs/volumes");
        var written = lengthen(layers.resolve("names").resolve(volume).toRealPath());
        var snapshot = ec2.createSnapshot(request -> request.volumeId(volume)).snapshotId();
        completed(ec2, snapshot);
        eventually(
                "the snapshot is copied",
                LIMIT,
                () -> cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "status").output(),
                status -> status.contains("1 copied") && status.contains(" 0 to be copied"));

        ec2.deleteVolume(request -> request.volumeId(volume));
        ec2.waiter().waitUntilVolumeDeleted(request -> request.volumeIds(volume));
        cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "down").orFail();
        removeAll(layers);
        cloud.upAgain("--hypervisor", "simulated", "--hosts", "1").orFail();

        var again = ec2.createVolume(request -> request.snapshotId(snapshot).availabilityZone(zone))
                .volumeId();
        available(ec2, again);
        var back = layers.resolve("names").resolve(snapshot).toRealPath();
        assertEquals(written, back);
        assertTrue(Files.size(back) > WRITTEN, "the layer lacks what was written to it");
        ec2.deleteVolume(request -> request.volumeId(again));
    }

    private static void available(Ec2Client ec2, String volume) {
        eventually(
                "the volume is there",
                LIMIT,
                () -> ec2.describeVolumes(request -> request.volumeIds(volume))
                        .volumes()
                        .getFirst(),
                (Volume each) -> each.state() == VolumeState.AVAILABLE);
    }

    private static void completed(Ec2Client ec2, String snapshot) {
        eventually(
                "the snapshot is there",
                LIMIT,
                () -> ec2.describeSnapshots(request -> request.snapshotIds(snapshot))
                        .snapshots()
                        .getFirst(),
                (Snapshot each) -> each.state() == SnapshotState.COMPLETED);
    }

    /** As a guest's writes do; returns the layer. */
    private static Path lengthen(Path layer) throws IOException {
        var content = new byte[WRITTEN];
        new Random(3).nextBytes(content);
        try (var channel = FileChannel.open(layer, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        return layer;
    }

    private static void removeAll(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
