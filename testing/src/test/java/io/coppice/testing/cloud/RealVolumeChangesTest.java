package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static io.coppice.testing.cloud.RealGuests.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.testing.cloud.RealGuests.Guest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.SnapshotInfo;
import software.amazon.awssdk.services.ec2.model.VolumeType;

/**
 * If this fails, snapshots that were taken together do not fit together, or a guest must be stopped to see that its volume
 * has grown.
 */
class RealVolumeChangesTest {
    private static final int ROUNDS = 3;

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
    void snapshotsTakenTogetherFitTogetherAndAVolumeGrowsWhileItIsWrittenTo() {
        try (var ec2 = cloud.ec2()) {
            var zone = ec2.describeAvailabilityZones()
                    .availabilityZones()
                    .getFirst()
                    .zoneName();
            var guest = guests.launch(ec2, cloud.sampleImageId());
            var first = volume(ec2, zone, null);
            var second = volume(ec2, zone, null);
            var firstDisk = guests.attach(ec2, first, guest, "/dev/sdf");
            var secondDisk = guests.attach(ec2, second, guest, "/dev/sdg");
            count(guest, firstDisk, secondDisk);

            var taken = new ArrayList<Map<String, String>>();
            for (int round = 0; round < ROUNDS; round++) {
                goesOn(guest, secondDisk);
                taken.add(snapshots(ec2, guest));
            }
            grows(ec2, guest, first, firstDisk);
            goesOn(guest, secondDisk);
            assertEquals("0", guests.command(guest, "dmesg | grep -c 'I/O error' || true"));

            var letter = 'h';
            for (var together : taken) {
                var inFirst = held(ec2, zone, guest, String.valueOf(together.get(first)), "/dev/sd" + letter++);
                var inSecond = held(ec2, zone, guest, String.valueOf(together.get(second)), "/dev/sd" + letter++);
                assertTrue(
                        inFirst == inSecond || inFirst == inSecond + 1,
                        "of two disks that are counted on in turn one has %d, the other %d"
                                .formatted(inFirst, inSecond));
                assertTrue(inSecond > 0, "nothing was written before");
            }
            ec2.terminateInstances(request -> request.instanceIds(guest.id()));
        }
    }

    /** What is in a snapshot of a guest with an agent is all that was written, although nobody called sync. */
    @Test
    void aGuestWithAnAgentStandsStillForItsSnapshotAndGoesOnWhateverItsAgentDoes() {
        try (var ec2 = cloud.ec2()) {
            var zone = ec2.describeAvailabilityZones()
                    .availabilityZones()
                    .getFirst()
                    .zoneName();
            var guest = guests.launch(ec2, cloud.sampleImageId());
            var volume = volume(ec2, zone, null);
            var prepared = FrozenSnapshots.prepare(
                    guests,
                    guest,
                    guests.attach(ec2, volume, guest, "/dev/sdf"),
                    guests.attach(ec2, volume(ec2, zone, null), guest, "/dev/sdg"),
                    folder);
            prepared.write("lost");
            var without = snapshot(ec2, volume);
            prepared.startAgent();
            prepared.write("kept");
            // It takes a moment until the cloud knows of the agent, and a slow one is not asked what lies where for
            // long.
            var frozen = eventually(
                    "one is frozen, and what is not on the volume goes on",
                    LIMIT,
                    () -> snapshot(ec2, volume),
                    id -> events(id).contains("snapshot.frozen") && prepared.otherWentOn());
            prepared.awaitThaw();
            assertTrue(prepared.said().contains("freeze-list"), prepared::said);
            prepared.muteAgent();
            var mute = snapshot(ec2, volume);
            assertTrue(events(mute).contains("its agent did not freeze it in time"), events(mute));
            prepared.awaitThaw();

            var torn = prepared.look(ec2, volume(ec2, zone, without), "/dev/sdh");
            assertTrue(torn.needsRecovery(), "what it is compared with is clean, too");
            assertFalse(torn.files().contains("lost"), "what it is compared with is whole, too");
            var clean = prepared.look(ec2, volume(ec2, zone, frozen), "/dev/sdi");
            assertFalse(clean.needsRecovery());
            assertTrue(clean.files().containsAll(List.of("lost", "kept")), clean.files()::toString);
            assertFalse(events(without).contains("frozen"), "there was no agent");
            ec2.terminateInstances(request -> request.instanceIds(guest.id()));
        }
    }

    private static String snapshot(Ec2Client ec2, String volume) {
        var id = ec2.createSnapshot(request -> request.volumeId(volume)).snapshotId();
        var state = ec2.describeSnapshots(request -> request.snapshotIds(id))
                .snapshots()
                .getFirst();
        assertEquals("completed", state.stateAsString(), "it is taken before it is answered for");
        return id;
    }

    /** What is told of whether a snapshot's guest stood still. */
    private static String events(String snapshot) {
        return cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "events")
                .orFail()
                .output()
                .lines()
                .filter(line -> line.contains(snapshot) && line.contains("frozen"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void guestsShareAVolumeAndWhatBecomesOfOneOrOfTheServerTheOtherDoesNotNotice() {
        try (var ec2 = cloud.ec2()) {
            var zone = ec2.describeAvailabilityZones()
                    .availabilityZones()
                    .getFirst()
                    .zoneName();
            var first = guests.launch(ec2, cloud.sampleImageId());
            var second = guests.launch(ec2, cloud.sampleImageId());
            var shared = ec2.createVolume(request -> request.availabilityZone(zone)
                            .size(4)
                            .volumeType(VolumeType.IO2)
                            .iops(100)
                            .multiAttachEnabled(true))
                    .volumeId();
            var ofFirst = guests.attach(ec2, shared, first);
            var ofSecond = guests.attach(ec2, shared, second);
            writeBlock(first, ofFirst, 1, "of the first");
            writeBlock(second, ofSecond, 2, "of the second");
            assertEquals("of the second", readBlock(first, ofFirst, 2));
            assertEquals("of the first", readBlock(second, ofSecond, 1));

            count(second, ofSecond);
            goesOn(second, ofSecond);
            var crash = new ServerCrash(cloud);
            crash.aim();
            ec2.detachVolume(
                    request -> request.volumeId(shared).instanceId(first.id()).force(true));
            crash.end();
            goesOn(second, ofSecond);
            crash.raise();
            eventually(
                    "one has it",
                    LIMIT,
                    () -> RealGuests.volume(ec2, shared).attachments().stream()
                            .map(each -> each.instanceId() + " " + each.stateAsString())
                            .toList(),
                    List.of(second.id() + " attached")::equals);
            eventually("the other has it no more", LIMIT, () -> guests.disk(shared, first), String::isEmpty);
            goesOn(second, ofSecond);
            assertEquals("of the first", readBlock(second, ofSecond, 1));
            assertEquals("0", guests.command(second, "dmesg | grep -c 'I/O error' || true"));
            ec2.terminateInstances(request -> request.instanceIds(first.id(), second.id()));
            eventually("free", LIMIT, () -> RealGuests.volume(ec2, shared).stateAsString(), "available"::equals);
            ec2.deleteVolume(request -> request.volumeId(shared));
            var pidFile = cloud.data().resolve("ebs/run/" + shared + ".pid");
            eventually("its daemon ends", LIMIT, () -> Files.exists(pidFile), there -> !there);
        }
    }

    private static void writeBlock(Guest guest, String disk, int block, String text) {
        guests.command(
                guest,
                "printf '%%-512s' '%s' | dd of=/dev/%s bs=512 seek=%d count=1 conv=fsync,notrunc 2>/dev/null"
                        .formatted(text, disk, block));
    }

    /** From the volume, not from what the guest remembers of it. */
    private static String readBlock(Guest guest, String disk, int block) {
        return guests.command(
                guest,
                "echo 3 > /proc/sys/vm/drop_caches; dd if=/dev/%s bs=512 skip=%d count=1 2>/dev/null"
                        .formatted(disk, block));
    }

    /** Writes 1, 2, … to the first disk and then to the next, each once it is durable on the one before. */
    private static void count(Guest guest, String... disks) {
        guests.command(
                guest,
                "(n=0; while :; do n=$((n+1)); for d in %s; do printf '%%-512d' $n |".formatted(String.join(" ", disks))
                        + " dd of=/dev/$d bs=512 count=1 conv=fsync 2>/dev/null; done; done) >/dev/null 2>&1 & echo");
    }

    private static void goesOn(Guest guest, String disk) {
        // A guest whose volumes are paused does not answer for a moment.
        eventually(
                "the guest answers",
                LIMIT,
                () -> guests.tryCommand(guest, "echo yes").output(),
                text -> text.contains("yes"));
        var before = counted(guest, disk);
        eventually("the guest goes on", LIMIT, () -> counted(guest, disk), now -> now > before + 10);
    }

    private static Map<String, String> snapshots(Ec2Client ec2, Guest guest) {
        var made = ec2
                .createSnapshots(request -> request.instanceSpecification(
                        of -> of.instanceId(guest.id()).excludeBootVolume(true)))
                .snapshots()
                .stream()
                .collect(Collectors.toMap(SnapshotInfo::volumeId, SnapshotInfo::snapshotId));
        assertEquals(2, made.size());
        for (var id : made.values()) {
            eventually(
                    "taken",
                    LIMIT,
                    () -> ec2.describeSnapshots(request -> request.snapshotIds(id))
                            .snapshots()
                            .getFirst()
                            .stateAsString(),
                    "completed"::equals);
        }
        return made;
    }

    private static void grows(Ec2Client ec2, Guest guest, String volume, String disk) {
        ec2.modifyVolume(request -> request.volumeId(volume).size(2));
        eventually(
                "the guest sees 2 GiB",
                LIMIT,
                () -> guests.tryCommand(guest, "cat /sys/block/" + disk + "/size")
                        .output()
                        .strip(),
                String.valueOf((2L << 30) / 512)::equals);
        guests.command(
                guest, "echo end | dd of=/dev/%s bs=512 seek=%d conv=fsync".formatted(disk, (2L << 30) / 512 - 1));
        var change = ec2.describeVolumesModifications(request -> request.volumeIds(List.of(volume)))
                .volumesModifications()
                .getFirst();
        assertEquals("completed", change.modificationStateAsString());
    }

    private static int held(Ec2Client ec2, String zone, Guest guest, String snapshot, String device) {
        return counted(guest, guests.attach(ec2, volume(ec2, zone, snapshot), guest, device));
    }

    private static int counted(Guest guest, String disk) {
        var text = guests.command(guest, "dd if=/dev/" + disk + " bs=512 count=1 2>/dev/null | tr -d ' \\000'");
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    private static String volume(Ec2Client ec2, String zone, @org.jspecify.annotations.Nullable String snapshot) {
        return ec2.createVolume(request -> {
                    request.availabilityZone(zone);
                    if (snapshot == null) {
                        request.size(1);
                    } else {
                        request.snapshotId(snapshot);
                    }
                })
                .volumeId();
    }
}
