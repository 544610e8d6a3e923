package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static io.coppice.cloud.volume.VolumeFixture.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.AttachedVolume;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DetachVolumeRequest;

/** If this fails, an instance begins with other disks than its image and its launch say, or loses the one that it runs from. */
class LaunchVolumesTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();
    private static final String ZONE = "us-east-1a";
    private static final List<DiskMapping> IMAGE = List.of(
            new DiskMapping("/dev/sda1", "snap-00000000000000001", 8, "gp2", null, true),
            new DiskMapping("/dev/sdf", null, 2, "gp3", 4000, false));

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final LaunchVolumeMaker launches =
            new LaunchVolumeMaker(cloud.store, cloud.shapes, cloud.book, cloud.config);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void start() {
        cloud.empty();
        cloud.keeper.start();
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void anImagesDisksAreAsItSaysUnlessTheLaunchSaysOtherwise() {
        var plain = launches.wanted(BOB, ZONE, IMAGE, List.of());
        assertEquals(
                List.of("/dev/sda1", "/dev/sdf"),
                plain.stream().map(LaunchVolume::device).toList());
        assertEquals("snap-00000000000000001", plain.getFirst().shape().snapshotId());
        assertEquals(4000, plain.getLast().shape().iops());
        assertTrue(plain.getFirst().deleteOnTermination() && !plain.getLast().deleteOnTermination());

        var changed = launches.wanted(
                BOB,
                ZONE,
                IMAGE,
                List.of(
                        mapping(
                                "xvda",
                                disk -> disk.ebs(ebs -> ebs.volumeSize(20).deleteOnTermination(false))),
                        mapping("/dev/sdf", disk -> disk.noDevice("")),
                        mapping("/dev/sdg", disk -> disk.ebs(ebs -> ebs.volumeSize(3)))));
        assertEquals(
                List.of("/dev/sda1", "/dev/sdg"),
                changed.stream().map(LaunchVolume::device).toList());
        assertEquals(20, changed.getFirst().shape().sizeGib());
        assertTrue(!changed.getFirst().deleteOnTermination());
        assertEquals(
                "InvalidParameterValue",
                code(() -> launches.wanted(
                        BOB, ZONE, IMAGE, List.of(mapping("/dev/sda1", disk -> disk.ebs(ebs -> ebs.volumeSize(7)))))));
    }

    @Test
    void anImageOfAnObjectHasNoRootVolume() {
        var wanted = launches.wanted(
                ALICE, ZONE, List.of(), List.of(mapping("/dev/sda1", disk -> disk.ebs(ebs -> ebs.volumeSize(20)))));
        assertEquals(0, wanted.size());
    }

    @Test
    void aRootVolumeIsTakenAndGivenWhileItsInstanceIsStoppedOnly() {
        cloud.holders.rootIsVolume = true;
        var instance = InstanceId.random().value();
        DATABASE.run(entities -> launches.make(
                entities,
                ALICE,
                instance,
                launches.wanted(ALICE, ZONE, IMAGE.subList(0, 1), List.of()),
                Map.of(),
                Instant.now()));
        cloud.keeper.signal();
        cloud.eventually("it is served", () -> !desired(instance).isEmpty());
        var root = desired(instance).getFirst();
        assertEquals("OperationNotPermitted", code(() -> detach(root)));
        cloud.holders.state = "stopped";
        detach(root);
        cloud.observed(instance, List.of());
        var other = cloud.available(1, null);
        cloud.holders.state = "running";
        assertEquals("OperationNotPermitted", code(() -> cloud.attach(other, instance, "/dev/sda1")));
        cloud.holders.state = "stopped";
        cloud.attach(other, instance, "/dev/sda1");
        cloud.eventually("it is served", () -> desired(instance).contains(other));
    }

    private List<String> desired(String instance) {
        return cloud.desired(instance).stream().map(AttachedVolume::getVolumeId).toList();
    }

    private void detach(String volume) {
        cloud.attachments.detach(
                TestRequests.by(ALICE, "DetachVolume"),
                DetachVolumeRequest.builder().volumeId(volume).build());
    }

    private static BlockDeviceMapping mapping(String device, Consumer<BlockDeviceMapping.Builder> change) {
        return BlockDeviceMapping.builder()
                .deviceName(device)
                .applyMutation(change)
                .build();
    }
}
