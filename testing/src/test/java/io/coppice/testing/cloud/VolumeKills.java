package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static io.coppice.testing.cloud.RealGuests.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.testing.cloud.RealGuests.Guest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Volume;

/**
 * Ends processes in the middle of what is asked of a volume, raises them again, and looks at what became of it: the API says a
 * documented state that stays, the guest has what the API says, nothing durable is lost, and nothing is left in the end.
 */
final class VolumeKills {
    private static final Set<String> DOCUMENTED = Set.of("creating", "available", "in-use", "deleting", "error");
    private static final String IN_USE = "in-use attached";
    private static final String AVAILABLE = "available";
    private static final String DEVICE = "/dev/sdf";
    private static final long SECTORS_PER_GIB = (1L << 30) / 512;

    private final CloudUnderTest cloud;
    private final RealGuests guests;
    private final Guest guest;
    private final Victim victim;

    /** What is ended. */
    interface Victim {
        /** Looks for it, so that ending it takes no time. */
        void aim();

        /** As a crash does: at once. */
        void end();

        /** And what was ended is there again when this returns. */
        void raise();
    }

    /** What is asked of a volume. */
    enum Operation {
        ATTACH,
        DETACH,
        SNAPSHOT,
        GROW
    }

    VolumeKills(CloudUnderTest cloud, RealGuests guests, Guest guest, Victim victim) {
        this.cloud = cloud;
        this.guests = guests;
        this.guest = guest;
        this.victim = victim;
    }

    /** Ends the victim so long after the request has begun. */
    void during(Operation operation, Duration after) {
        try (var ec2 = cloud.ec2()) {
            var volume = volume(ec2, null);
            eventually("made", LIMIT, () -> state(ec2, volume), AVAILABLE::equals);
            var text = "kept in " + operation + " after " + after.toMillis();
            write(guests.attach(ec2, volume, guest), text);
            switch (operation) {
                case ATTACH -> detach(ec2, volume);
                case SNAPSHOT, GROW -> keepWriting(volume);
                case DETACH -> {
                    // Who has a disk that is taken away while he writes to it is told of an error, rightly.
                }
            }
            victim.aim();
            var asked = CompletableFuture.runAsync(() -> ask(ec2, operation, volume));
            LockSupport.parkNanos(after.toNanos());
            victim.end();
            var acknowledged = wasAcknowledged(asked);
            victim.raise();
            check(operation, volume, text, acknowledged);
        }
    }

    /** Writes behind what is looked at, one durable block after the other, until {@link #writesOn}. */
    private void keepWriting(String volume) {
        guests.command(
                guest,
                "touch /run/write; (n=0; while [ -e /run/write ]; do n=$((n+1)); "
                        + "echo $n | dd of=/dev/%s bs=512 seek=8 count=1 conv=fsync,notrunc 2>/dev/null && echo $n > /run/written; done) "
                                .formatted(guests.disk(volume, guest))
                        + ">/dev/null 2>&1 & echo begun");
    }

    /** That the guest goes on to write, which it then ends to do. */
    private void writesOn() {
        var before = written();
        eventually("the guest goes on to write", LIMIT, this::written, now -> now > before);
        guests.command(guest, "rm -f /run/write");
    }

    private long written() {
        var text = guests.tryCommand(guest, "cat /run/written").output().strip();
        return text.matches("[0-9]+") ? Long.parseLong(text) : 0;
    }

    private static boolean wasAcknowledged(CompletableFuture<Void> asked) {
        try {
            asked.get();
            return true;
        } catch (ExecutionException e) {
            assertTrue(e.getCause() instanceof SdkException, () -> "the request ended with " + e.getCause());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void ask(Ec2Client ec2, Operation operation, String volume) {
        switch (operation) {
            case ATTACH ->
                ec2.attachVolume(request ->
                        request.volumeId(volume).instanceId(guest.id()).device(DEVICE));
            case DETACH -> ec2.detachVolume(request -> request.volumeId(volume));
            case SNAPSHOT -> ec2.createSnapshot(request -> request.volumeId(volume));
            case GROW -> ec2.modifyVolume(request -> request.volumeId(volume).size(2));
        }
    }

    private void check(Operation operation, String volume, String text, boolean acknowledged) {
        // The cloud's address may be another one now.
        try (var ec2 = cloud.ec2()) {
            switch (operation) {
                case ATTACH -> comesToRest(ec2, volume, acknowledged ? Set.of(IN_USE) : Set.of(IN_USE, AVAILABLE));
                case DETACH -> comesToRest(ec2, volume, acknowledged ? Set.of(AVAILABLE) : Set.of(IN_USE, AVAILABLE));
                case SNAPSHOT -> {
                    comesToRest(ec2, volume, Set.of(IN_USE));
                    writesOn();
                    checkSnapshots(ec2, volume, text, acknowledged);
                }
                case GROW -> {
                    comesToRest(ec2, volume, Set.of(IN_USE));
                    writesOn();
                    checkSize(ec2, volume, acknowledged);
                }
            }
            if (state(ec2, volume).equals(AVAILABLE)) {
                guests.attach(ec2, volume, guest);
            }
            holds(volume, text);
            detach(ec2, volume);
            ec2.deleteVolume(request -> request.volumeId(volume));
        }
        eventually("no layer is left", LIMIT, () -> files("ebs/volumes/layers"), List::isEmpty);
        eventually("no daemon is left", LIMIT, () -> files("ebs/run"), List::isEmpty);
        assertEquals(
                List.of(),
                HostProcesses.naming(cloud.data().resolve("ebs/run")).values().stream()
                        .filter(line -> line.startsWith("qemu-storage-daemon"))
                        .toList());
    }

    /** The API says one of these in the end, nothing else than what is documented before, and the guest's disks agree. */
    private void comesToRest(Ec2Client ec2, String volume, Set<String> wanted) {
        guests.awaitAnswer(guest);
        var state =
                eventually("a state of " + volume + " that stays", LIMIT, () -> state(ec2, volume), wanted::contains);
        eventually(
                "the guest's disks agree with " + state,
                LIMIT,
                () -> guests.disk(volume, guest).isEmpty(),
                gone -> gone == state.equals(AVAILABLE));
        assertEquals(state, state(ec2, volume));
        assertEquals("0", guests.command(guest, "dmesg | grep -c 'I/O error' || true"));
    }

    private void checkSnapshots(Ec2Client ec2, String volume, String text, boolean acknowledged) {
        var taken = eventually(
                "snapshots are whole",
                LIMIT,
                () -> ec2.describeSnapshots(request -> request.ownerIds("self")
                                .filters(filter -> filter.name("volume-id").values(volume)))
                        .snapshots(),
                all -> all.stream().map(Snapshot::stateAsString).allMatch("completed"::equals));
        assertTrue(taken.size() == 1 || !acknowledged && taken.isEmpty(), () -> "there are " + taken);
        for (var snapshot : taken) {
            var clone = volume(ec2, snapshot.snapshotId());
            var disk = guests.attach(ec2, clone, guest, "/dev/sdg");
            assertEquals(text, read(disk));
            detach(ec2, clone);
            ec2.deleteVolume(request -> request.volumeId(clone));
            ec2.deleteSnapshot(request -> request.snapshotId(snapshot.snapshotId()));
        }
    }

    private void checkSize(Ec2Client ec2, String volume, boolean acknowledged) {
        var gib = RealGuests.volume(ec2, volume).size();
        assertTrue(gib == 2 || !acknowledged && gib == 1, () -> "its size is " + gib);
        if (gib == 2) {
            eventually(
                    "it is changed",
                    LIMIT,
                    () -> ec2.describeVolumesModifications(request -> request.volumeIds(volume))
                            .volumesModifications()
                            .getFirst()
                            .modificationStateAsString(),
                    "completed"::equals);
        }
        var disk = guests.disk(volume, guest);
        eventually(
                "the guest sees " + gib + " GiB",
                LIMIT,
                () -> guests.tryCommand(guest, "cat /sys/block/" + disk + "/size")
                        .output()
                        .strip(),
                String.valueOf(gib * SECTORS_PER_GIB)::equals);
    }

    /** What was durable before is there, and what is written now is. */
    private void holds(String volume, String text) {
        guests.awaitAnswer(guest);
        var disk = guests.disk(volume, guest);
        assertEquals(text, read(disk));
        write(disk, "again");
        assertEquals("again", read(disk));
    }

    private void write(String disk, String text) {
        guests.command(
                guest,
                "printf '%%-512s' '%s' | dd of=/dev/%s bs=512 count=1 conv=fsync 2>/dev/null".formatted(text, disk));
    }

    private String read(String disk) {
        return guests.command(
                guest, "echo 3 > /proc/sys/vm/drop_caches; dd if=/dev/" + disk + " bs=512 count=1 2>/dev/null");
    }

    private void detach(Ec2Client ec2, String volume) {
        ec2.detachVolume(request -> request.volumeId(volume));
        eventually("free", LIMIT, () -> state(ec2, volume), AVAILABLE::equals);
        assertEquals("", guests.disk(volume, guest));
    }

    private static String volume(Ec2Client ec2, @org.jspecify.annotations.Nullable String snapshot) {
        var zone =
                ec2.describeAvailabilityZones().availabilityZones().getFirst().zoneName();
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

    private static String state(Ec2Client ec2, String id) {
        Volume volume = RealGuests.volume(ec2, id);
        var state = volume.stateAsString();
        assertTrue(DOCUMENTED.contains(state) && !state.equals("error"), () -> "it is " + state);
        return volume.attachments().stream()
                .map(each -> " " + each.stateAsString())
                .reduce(state, String::concat);
    }

    private List<String> files(String folder) {
        try (var files = Files.list(cloud.data().resolve(folder))) {
            return files.map(Path::toString).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
