package io.coppice.cloud.compute;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.image.Images;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.ImageId;
import io.coppice.proto.compute.v1.AttachedVolume;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this fails, a guest is started from an image that nobody has, or without its root disk. */
class RootOnVolumeTest {
    private static final AttachedVolume ROOT = AttachedVolume.newBuilder()
            .setVolumeId("vol-00000000000000001")
            .setDevice("/dev/xvda")
            .build();
    private static final AttachedVolume DATA = AttachedVolume.newBuilder()
            .setVolumeId("vol-00000000000000002")
            .setDevice("/dev/sdf")
            .build();

    @Test
    void theHostIsToldWhichVolumeTheGuestBootsFrom() {
        assertEquals("vol-00000000000000001", DesiredInstances.rootOf(instance(""), List.of(DATA, ROOT)));
        assertEquals("", DesiredInstances.rootOf(instance(""), List.of(DATA)));
        assertEquals("", DesiredInstances.rootOf(instance("ab".repeat(32)), List.of(DATA, ROOT)));
    }

    @Test
    void theImagesOwnSizeIsNoneOfTheHosts() {
        var image = new Images.LaunchImage(
                ImageId.random(),
                ALICE,
                "",
                0,
                1L << 30,
                "",
                "x86_64",
                "/dev/xvda",
                List.of(new DiskMapping("/dev/xvda", "snap-00000000000000001", 1, "gp2", null, true)));
        assertEquals(0, InstanceImage.of(image).virtualBytes());
    }

    private static Instance instance(String sha256) {
        var row = new Instance();
        row.image = new InstanceImage("ami-00000000000000001", sha256, 0, 0, "", "x86_64", "/dev/xvda", "legacy-bios");
        return row;
    }
}
