package io.coppice.cloud.image;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.image.ImageFixture.code;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.localdisk.MappedDisk;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.volume.Snapshots.Progress;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, instances of an image are started by another firmware, or with other local disks, than it was registered for. */
class GuestNeedsTest {
    private static final TestDatabase DATABASE = ImageFixture.startDatabase();
    private final ImageFixture cloud = new ImageFixture(DATABASE);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("image", "image_launch_permission");
    }

    @Test
    void anImageOfAnObjectKeepsWhatItWasRegisteredWith() {
        var id = cloud.register(request -> request.bootMode("uefi")
                .blockDeviceMappings(mapping -> mapping.deviceName("/dev/sdb").virtualName("ephemeral0")));
        var needs = new GuestNeeds(BootMode.UEFI, List.of(new MappedDisk("ephemeral0", "/dev/sdb")));
        assertEquals(needs, cloud.images.forLaunch(ALICE, id).needs(), "by the short way of launches");
        assertEquals(needs, cloud.store.find(id).orElseThrow().forLaunch().needs(), "by the whole way");
        var shown = cloud.describe(id);
        assertEquals("uefi", shown.bootModeAsString());
        assertEquals("uefi", cloud.attribute(id, "bootMode").bootMode().value());
        assertEquals(2, shown.blockDeviceMappings().size());
        assertEquals("/dev/sda1", shown.blockDeviceMappings().getFirst().deviceName());
        var local = shown.blockDeviceMappings().getLast();
        assertEquals("ephemeral0", local.virtualName());
        assertEquals("/dev/sdb", local.deviceName());
        assertEquals(
                needs,
                cloud.store.find(cloud.copy(id)).orElseThrow().description().needs(),
                "a copy is the same");
    }

    @Test
    void anImageOfSnapshotsHasLocalDisksBesideThem() {
        cloud.snapshots.have("snap-00000000000000001", ALICE, 1, Progress.COMPLETED);
        var id = cloud.register(request -> request.imageLocation(null)
                .bootMode("uefi-preferred")
                .blockDeviceMappings(
                        root -> root.deviceName("/dev/sda1").ebs(ebs -> ebs.snapshotId("snap-00000000000000001")),
                        local -> local.deviceName("/dev/sdc").virtualName("swap")));
        var image = cloud.store.find(id).orElseThrow();
        assertEquals(1, image.disks().size());
        assertEquals(
                new GuestNeeds(BootMode.UEFI_PREFERRED, List.of(new MappedDisk("swap", "/dev/sdc"))),
                image.description().needs());
    }

    @Test
    void whatIsNotSaidIsABios() {
        var id = cloud.register(request -> {});
        assertEquals(GuestNeeds.USUAL, cloud.images.forLaunch(ALICE, id).needs());
        assertEquals("legacy-bios", cloud.describe(id).bootModeAsString());
    }

    @Test
    void whatCannotBeHadIsRefusedByName() {
        assertEquals("InvalidParameterValue", code(() -> cloud.register(request -> request.bootMode("coreboot"))));
        assertEquals("Unsupported", code(() -> cloud.register(request -> request.uefiData("QU1aTlVFRkk="))));
        assertEquals("Unsupported", code(() -> cloud.register(request -> request.tpmSupport("v2.0"))));
        assertEquals(
                "InvalidBlockDeviceMapping",
                code(() -> cloud.register(request -> request.blockDeviceMappings(
                        mapping -> mapping.deviceName("/dev/sdb").virtualName("floppy")))));
        assertEquals(
                "UnsupportedOperation",
                code(() -> cloud.register(request -> request.blockDeviceMappings(
                        mapping -> mapping.deviceName("/dev/sdb").ebs(ebs -> ebs.volumeSize(1))))));
    }
}
