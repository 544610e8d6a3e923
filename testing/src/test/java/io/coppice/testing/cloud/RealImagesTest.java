package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static io.coppice.testing.cloud.RealGuests.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.testing.cloud.RealGuests.Guest;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BootModeValues;
import software.amazon.awssdk.services.ec2.model.CreateReplaceRootVolumeTaskRequest;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceType;

/** If this fails, an image of an instance is not what the instance had, or an instance does not boot from its volume. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealImagesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @SuppressWarnings("NullAway.Init")
    private static RealGuests guests;

    @SuppressWarnings("NullAway.Init")
    private static Ec2Client ec2;

    @BeforeAll
    static void raise() {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "libvirt", "--network", "flat");
        ec2 = cloud.ec2();
        guests = new RealGuests(folder, ec2);
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            ec2.close();
            cloud.close();
        }
    }

    @Test
    @Order(1)
    void anImageOfARootDiskOnAHostIsMadeWhileItsGuestRunsAndBootsFromAVolume() {
        var source = guests.launch(ec2, cloud.sampleImageId());
        guests.command(source, "echo first > /root/marker; sync");
        var up = guests.command(source, "cut -d. -f1 /proc/uptime");
        var image = createImage(source, "of a running one", true);
        assertTrue(
                Integer.parseInt(guests.command(source, "cut -d. -f1 /proc/uptime")) >= Integer.parseInt(up),
                "the guest was restarted");
        ec2.terminateInstances(request -> request.instanceIds(source.id()));

        var copy = guests.launch(ec2, image);
        assertEquals("first", guests.command(copy, "cat /root/marker"));
        var root = describe(copy).blockDeviceMappings().getFirst();
        var first = root.ebs().volumeId();
        assertEquals("attached", root.ebs().statusAsString());
        assertEquals(
                copy.id(),
                RealGuests.volume(ec2, first).attachments().getFirst().instanceId());
        assertEquals("vda", guests.disk(first, copy));

        guests.command(copy, "echo second > /root/marker; sync");
        stop(copy);
        ec2.startInstances(request -> request.instanceIds(copy.id()));
        guests.awaitAnswer(copy);
        assertEquals("second", guests.command(copy, "cat /root/marker"));

        var volume = replacedAndRestored(copy, first);
        var again = createImage(copy, "after a reboot", false);
        guests.awaitAnswer(copy);
        assertEquals("second", guests.command(copy, "cat /root/marker"));
        ec2.terminateInstances(request -> request.instanceIds(copy.id()));
        eventually(
                "its root volume goes with it",
                LIMIT,
                () -> ec2.describeVolumes().volumes().stream()
                        .anyMatch(each -> each.volumeId().equals(volume)),
                there -> !there);

        var third = guests.launch(ec2, withUefiAndLocalDisk(again));
        assertEquals("second", guests.command(third, "cat /root/marker"));
        bootedByUefiWithALocalDisk(third);
        ec2.terminateInstances(request -> request.instanceIds(third.id()));
    }

    /** A guest's root becomes as at its launch, and then as it was; gives the volume that is its root in the end. */
    private static String replacedAndRestored(Guest guest, String root) {
        var kept = ec2.createSnapshot(request -> request.volumeId(root)).snapshotId();
        var atLaunch = replace(guest, request -> {});
        assertEquals("first", guests.command(guest, "cat /root/marker"));
        assertEquals("vda", guests.disk(atLaunch, guest));
        eventually(
                "the old root is free",
                LIMIT,
                () -> RealGuests.volume(ec2, root).stateAsString(),
                "available"::equals);
        ec2.deleteVolume(request -> request.volumeId(root));

        var restored = replace(guest, request -> request.snapshotId(kept).deleteReplacedRootVolume(true));
        assertEquals("second", guests.command(guest, "cat /root/marker"));
        eventually(
                "the replaced root is gone",
                LIMIT,
                () -> ec2.describeVolumes().volumes().stream()
                        .anyMatch(each -> each.volumeId().equals(atLaunch)),
                there -> !there);
        return restored;
    }

    private static String replace(Guest guest, Consumer<CreateReplaceRootVolumeTaskRequest.Builder> change) {
        var task = ec2.createReplaceRootVolumeTask(request -> change.accept(request.instanceId(guest.id())))
                .replaceRootVolumeTask()
                .replaceRootVolumeTaskId();
        eventually(
                "the root volume is replaced",
                LIMIT,
                () -> ec2.describeReplaceRootVolumeTasks(request -> request.replaceRootVolumeTaskIds(task))
                        .replaceRootVolumeTasks()
                        .getFirst()
                        .taskStateAsString(),
                state -> {
                    assertTrue(!state.equals("failed"), "it has failed");
                    return state.equals("succeeded");
                });
        assertEquals("running", describe(guest).state().nameAsString());
        // At the address that it had.
        guests.awaitAnswer(guest);
        return describe(guest).blockDeviceMappings().getFirst().ebs().volumeId();
    }

    /** The snapshot of an image as one that boots by UEFI and has a disk of the host. */
    private static String withUefiAndLocalDisk(String image) {
        var root = ec2.describeImages(request -> request.imageIds(image))
                .images()
                .getFirst()
                .blockDeviceMappings()
                .getFirst();
        return available(ec2.registerImage(request -> request.name("by UEFI")
                        .bootMode(BootModeValues.UEFI)
                        .blockDeviceMappings(
                                disk -> disk.deviceName(root.deviceName())
                                        .ebs(ebs -> ebs.snapshotId(root.ebs().snapshotId())),
                                disk -> disk.deviceName("/dev/sdb").virtualName("ephemeral0")))
                .imageId());
    }

    private static void bootedByUefiWithALocalDisk(Guest guest) {
        assertEquals("uefi", describe(guest).currentInstanceBootModeAsString());
        assertEquals("uefi", guests.command(guest, "test -d /sys/firmware/efi && echo uefi"));
        assertEquals("vdb", guests.diskOf("ephemeral0", guest));
        var gib = ec2.describeInstanceTypes(request -> request.instanceTypes(InstanceType.M1_SMALL))
                .instanceTypes()
                .getFirst()
                .instanceStorageInfo()
                .totalSizeInGB();
        assertEquals(gib << 30, Long.parseLong(guests.command(guest, "cat /sys/block/vdb/size")) * 512);
        guests.command(guest, "echo lost | dd of=/dev/vdb bs=512 seek=1000000 2>/dev/null; sync");
        stop(guest);
        ec2.startInstances(request -> request.instanceIds(guest.id()));
        guests.awaitAnswer(guest);
        assertEquals("uefi", guests.command(guest, "test -d /sys/firmware/efi && echo uefi"));
        assertEquals(
                "",
                guests.command(guest, "dd if=/dev/vdb bs=512 skip=1000000 count=1 2>/dev/null | tr -d '\\000'"),
                "a local disk that outlived a stop");
    }

    @Test
    @Order(2)
    void aRootDiskOnAHostIsCopiedWhenItsGuestIsShutDownOrStopped() {
        var source = guests.launch(ec2, cloud.sampleImageId());
        guests.command(source, "echo one > /root/marker; sync");
        var rebooted = createImage(source, "of one that was shut down", false);
        guests.awaitAnswer(source);
        assertEquals("running", describe(source).state().nameAsString());
        stop(source);
        var stopped = createImage(source, "of a stopped one", false);
        assertEquals("stopped", describe(source).state().nameAsString());
        ec2.terminateInstances(request -> request.instanceIds(source.id()));
        for (var image : new String[] {rebooted, stopped}) {
            var copy = guests.launch(ec2, image);
            assertEquals("one", guests.command(copy, "cat /root/marker"));
            ec2.terminateInstances(request -> request.instanceIds(copy.id()));
        }
        assertTrue(
                ec2.describeVolumes().volumes().stream()
                        .noneMatch(volume -> volume.stateAsString().equals("available")),
                "a volume that was copied to is left");
    }

    private static String createImage(Guest guest, String name, boolean noReboot) {
        return available(ec2.createImage(
                        request -> request.instanceId(guest.id()).name(name).noReboot(noReboot))
                .imageId());
    }

    private static String available(String id) {
        eventually(
                "the image is there",
                LIMIT,
                () -> ec2.describeImages(request -> request.imageIds(id))
                        .images()
                        .getFirst(),
                image -> {
                    assertTrue(!image.stateAsString().equals("failed"), String.valueOf(image.stateReason()));
                    return image.stateAsString().equals("available");
                });
        return id;
    }

    private static void stop(Guest guest) {
        ec2.stopInstances(request -> request.instanceIds(guest.id()));
        eventually("stopped", LIMIT, () -> describe(guest).state().nameAsString(), "stopped"::equals);
    }

    private static Instance describe(Guest guest) {
        return ec2.describeInstances(request -> request.instanceIds(guest.id()))
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
    }
}
