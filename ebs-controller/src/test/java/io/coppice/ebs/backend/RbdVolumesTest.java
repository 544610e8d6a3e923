package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.PoolUnderTest;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.support.CephUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** If this failed, guests would lose what they wrote to volumes in Ceph, or two hosts could write to one of them. */
class RbdVolumesTest extends ServedVolumesContract {
    private static final int MOST_BELOW = 2;
    /** So large that what lies below it is copied for some seconds, bytes. */
    private static final long LARGE = 32L << 30;

    private static @Nullable CephPool pool;

    /** Which of the disks are encrypted. */
    DiskKeys keys() {
        return DiskKeys.NONE;
    }

    @Override
    BackendUnderTest start() throws IOException {
        var known = pool == null ? PoolUnderTest.fresh(folder.resolve("ceph.conf")) : pool;
        pool = PoolUnderTest.open(folder.resolve("ceph.conf"), known.pool());
        return RbdUnderTest.start(pool, folder.resolve("r"), keys(), MOST_BELOW);
    }

    private RbdUnderTest ofAnotherMachine(Path run) throws IOException {
        return RbdUnderTest.start(((RbdUnderTest) started()).pool(), run, keys(), MOST_BELOW);
    }

    private String rbd(String... arguments) throws IOException {
        return ((RbdUnderTest) started()).rbd(arguments);
    }

    /** Where QEMU keeps tables in memory, every run has it: {@link RbdEncryptionTest}. */
    @Override
    @Test
    @Tag("full")
    void aSnapshotHoldsWhatNobodyAskedToBeMadeDurable() throws Exception {
        super.aSnapshotHoldsWhatNobodyAskedToBeMadeDurable();
    }

    /** A guest that goes on with the next daemon asks that one to make durable what this one acknowledged. */
    @Test
    @Tag("full")
    void whatWasAcknowledgedOutlivesTheDaemonThatDidSo() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        try (var guest = OpenVolume.unflushed(export)) {
            guest.write(1, 0, 65_536);
            var snapshot = SnapshotId.random();
            backend().snapshot(Map.of(snapshot, volume));
            // By an export that was added after a pause, not by the one that the daemon began with.
            guest.write(2, 1 << 20, 65_536);
            backend().delete(snapshot);
            OpenVolume.killDaemon(folder.resolve("r").resolve(volume.value() + ".pid"));
        }
        eventually(() -> holds(export, 1));
        assertEquals(0, io(export, "read -P 2 1M 64k"));
    }

    /** As after the failure of a machine that is not as dead as it seems. */
    @Test
    void whoeverHasItOpenOnAnotherMachineIsCutOffBeforeTheNextOneOpensIt() throws Exception {
        var volume = VolumeId.random();
        var here = served(volume, FIRST);
        write(here, 1);
        var elsewhere = folder.resolve("other");
        var other = ofAnotherMachine(elsewhere);
        try {
            var there = other.backend().serve(volume, SECOND);
            assertNotEquals(0, io(here, "write -P 9 0 65536"));
            assertTrue(holds(there, 1));
            write(there, 2);
            other.backend().withdraw(volume);
        } finally {
            other.stop();
            StorageDaemons.stopAll(elsewhere);
        }
        assertNotEquals(0, io(here, "write -P 9 0 65536"));
        assertTrue(holds(backend().serve(volume, SECOND), 2));
    }

    @Test
    void whoeverHasItOpenOnAnotherMachineIsCutOffWhenItIsWithdrawn() throws Exception {
        var volume = VolumeId.random();
        var here = served(volume, FIRST);
        write(here, 1);
        var other = ofAnotherMachine(folder.resolve("other"));
        other.backend().withdraw(volume);
        other.stop();
        assertNotEquals(0, io(here, "write -P 9 0 65536"));
    }

    /** It waits for its disk and hears no orderly word then. What it had begun to write nobody was told is there: it may be, or not. */
    @Test
    void theDaemonOfAVolumeWhoseCephDoesNotAnswerEndsAllTheSame() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        write(export, 1);
        var withdrawing = new FutureTask<>(() -> {
            backend().withdraw(volume);
            return true;
        });
        try (var guest = new OpenVolume(export)) {
            assertTrue(guest.writeOnce(1, 0, 512));
            CephUnderTest.get().whileSilent(() -> {
                guest.begin("write -P 9 64k 512");
                Thread.startVirtualThread(withdrawing);
                eventually(() -> Files.notExists(folder.resolve("r").resolve(volume + ".pid")));
                return true;
            });
        }
        assertTrue(withdrawing.get(1, TimeUnit.MINUTES));
        assertNotEquals(0, io(export, "read 0 512"));
        assertTrue(holds(backend().serve(volume, SECOND), 1));
    }

    @Test
    @Tag("full")
    void theBytesOfWhatIsDeletedGoWhenNothingLiesOverThem() throws Exception {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        var copy = SnapshotId.random();
        var clone = VolumeId.random();
        write(served(volume, FIRST), 6);
        backend().snapshot(snapshot, volume);
        backend().copy(copy, snapshot);
        backend().create(clone, GIB, Optional.of(copy));
        served.add(clone);
        backend().delete(volume);
        backend().delete(snapshot);
        backend().delete(copy);
        assertTrue(holds(backend().serve(clone, SECOND), 6));
        backend().delete(clone);
        eventually(() -> {
            backend().tidy();
            return isGone(volume.value()) && isGone(snapshot.value()) && isGone(copy.value()) && isGone(clone.value());
        });
    }

    private boolean isGone(String image) throws IOException {
        return !rbd("ls").contains(image) && !rbd("trash", "ls").contains(image);
    }

    @Test
    @Tag("full")
    void aVolumeOverManyOthersComesToStandByItselfWhileItIsInUse() throws Exception {
        var lowest = VolumeId.random();
        write(served(lowest, FIRST), 3);
        var volume = highAbove(lowest, GIB);
        var used = backend().serve(volume, SECOND);
        assertTrue(holds(used, 3));
        eventuallyStandsByItself(volume);
        assertTrue(holds(used, 3));
        write(used, 4);
        assertTrue(holds(used, 4));
    }

    /** The program that copies has the image open: it is cut off with all others, and need not end by itself then. */
    @Test
    @Tag("full")
    void aVolumeThatIsAttachedWhileWhatLiesBelowIsCopiedStillComesToStandByItself() throws Exception {
        var lowest = VolumeId.random();
        served.add(lowest);
        backend().create(lowest, LARGE, NOTHING);
        var volume = highAbove(lowest, LARGE);
        backend().tidy();
        haltCopying(volume);
        var used = backend().serve(volume, FIRST);
        write(used, 5);
        eventuallyStandsByItself(volume);
        assertTrue(holds(used, 5));
    }

    @Test
    @Tag("full")
    void aVolumeThatWasCopiedBeforeACrashIsNotCopiedForEver() throws Exception {
        var volume = VolumeId.random();
        served.add(volume);
        backend().create(volume, GIB, NOTHING);
        // As after a crash between the copy and the word that it was made.
        rbd("image-meta", "set", volume.value(), "coppice.depth", String.valueOf(MOST_BELOW + 1));
        started().stop();
        open();
        eventuallyStandsByItself(volume);
    }

    @Test
    @Tag("full")
    void aVolumeThatCannotStandByItselfKeepsNoOtherFromDoingSo() throws Exception {
        var broken = saying("no number");
        var high = saying(String.valueOf(MOST_BELOW + 1));
        started().stop();
        open();
        for (var volume : high) {
            eventuallyStandsByItself(volume);
        }
        for (var volume : broken) {
            rbd("image-meta", "set", volume.value(), "coppice.depth", "0");
        }
    }

    /** So many that one of them is hardly ever looked at before all of others are. */
    private Set<VolumeId> saying(String depth) throws IOException {
        var volumes = new HashSet<VolumeId>();
        for (int number = 0; number < 4; number++) {
            var volume = VolumeId.random();
            served.add(volume);
            backend().create(volume, GIB, NOTHING);
            rbd("image-meta", "set", volume.value(), "coppice.depth", depth);
            volumes.add(volume);
        }
        return volumes;
    }

    @Test
    @Tag("full")
    void whatAnOperatorKeepsInTheBinKeepsNothingElseThere() throws Exception {
        var kept = VolumeId.random();
        rbd("create", kept.value(), "--size", "1");
        rbd("trash", "mv", kept.value(), "--expires-at", "tomorrow");
        var volume = VolumeId.random();
        backend().create(volume, GIB, NOTHING);
        backend().delete(volume);
        eventually(() -> {
            backend().tidy();
            return isGone(volume.value());
        });
        assertFalse(isGone(kept.value()));
        for (var line : rbd("trash", "ls").lines().toList()) {
            if (line.endsWith(kept.value())) {
                rbd("trash", "rm", "--force", line.substring(0, line.indexOf(' ')));
            }
        }
    }

    /** Over more than a volume may lie over. */
    private VolumeId highAbove(VolumeId lowest, long sizeBytes) throws IOException {
        var volume = lowest;
        for (int generation = 0; generation < MOST_BELOW; generation++) {
            var snapshot = SnapshotId.random();
            backend().snapshot(snapshot, volume);
            volume = VolumeId.random();
            backend().create(volume, sizeBytes, Optional.of(snapshot));
            served.add(volume);
            backend().delete(snapshot);
        }
        return volume;
    }

    private void eventuallyStandsByItself(VolumeId volume) throws Exception {
        eventually(() -> {
            backend().tidy();
            return standsByItself(volume);
        });
        assertFalse(rbd("info", volume.value()).contains("parent:"));
    }

    private boolean standsByItself(VolumeId volume) {
        try {
            return rbd("image-meta", "get", volume.value(), "coppice.depth")
                    .strip()
                    .equals("0");
        } catch (IOException e) {
            // What lay below it went just as it was opened.
            return false;
        }
    }

    private static void haltCopying(VolumeId volume) throws Exception {
        var copying = new AtomicReference<@Nullable ProcessHandle>();
        eventually(() -> {
            copying.set(ProcessHandle.allProcesses()
                    .filter(each -> each.info().commandLine().stream()
                            .anyMatch(line -> line.contains(" flatten ") && line.endsWith(volume.value())))
                    .findAny()
                    .orElse(null));
            return copying.get() != null;
        });
        CephUnderTest.run(
                "kill",
                "-STOP",
                String.valueOf(Objects.requireNonNull(copying.get()).pid()));
    }

    /** On a machine with two processors that pool has one thread, which anybody's long work takes. */
    @Test
    void workInThePoolOfThreadsThatEverybodySharesHoldsUpNoVolume() throws Exception {
        var end = new CountDownLatch(1);
        for (int i = 0; i < ForkJoinPool.getCommonPoolParallelism(); i++) {
            ForkJoinPool.commonPool().execute(() -> awaitQuietly(end));
        }
        var answer = new FutureTask<>(() -> backend().exists(VolumeId.random()));
        try {
            Thread.startVirtualThread(answer);
            assertFalse(answer.get(1, TimeUnit.MINUTES));
        } finally {
            end.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            assertTrue(end.await(2, TimeUnit.MINUTES));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anImageThatACrashLeftHalfMadeIsMadeAnew() throws Exception {
        var volume = VolumeId.random();
        served.add(volume);
        rbd("create", volume.value(), "--size", "7M");
        assertFalse(backend().exists(volume));
        backend().create(volume, GIB, NOTHING);
        assertFalse(rbd("info", volume.value()).contains("size 7 MiB"));
        assertTrue(holds(backend().serve(volume, FIRST), 0));
    }

    /** As by a program that outlived the crash of the EBS controller that began it. */
    @Test
    @Tag("full")
    void anImageThatSomebodyStillFillsIsMadeAnewWithoutHim() throws Exception {
        var volume = VolumeId.random();
        served.add(volume);
        rbd("create", volume.value(), "--size", "7M");
        var pool = ((RbdUnderTest) started()).pool();
        var image = "rbd:" + pool.pool() + "/" + volume + ":conf=" + pool.conf() + ":id=" + pool.user();
        try (var orphan = OpenVolume.of(image)) {
            assertTrue(orphan.writeOnce(9, 0, 65_536));
            backend().create(volume, GIB, NOTHING);
            assertFalse(orphan.writeOnce(9, 0, 65_536));
        }
        assertTrue(holds(backend().serve(volume, FIRST), 0));
    }

    @Test
    @Tag("full")
    void aSnapshotThatACrashCutOffHoldsWhatWasWrittenBeforeItIsTakenAgain() throws Exception {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        var clone = VolumeId.random();
        var export = served(volume, FIRST);
        write(export, 5);
        // As after a crash before the snapshot became an image.
        rbd("snap", "create", volume.value() + "@" + snapshot);
        write(export, 6);
        backend().snapshot(snapshot, volume);
        write(export, 7);
        served.add(clone);
        backend().create(clone, GIB, Optional.of(snapshot));
        assertTrue(holds(backend().serve(clone, SECOND), 6));
    }

    @Test
    void aPoolThatIsNotThereIsSaidToBeMissing() throws IOException {
        var absent = PoolUnderTest.open(folder.resolve("other.conf"), "absent");
        var failure = assertThrows(
                IOException.class, () -> RbdUnderTest.start(absent, folder.resolve("x"), keys(), MOST_BELOW));
        assertTrue(String.valueOf(failure.getMessage()).contains("absent"), failure.getMessage());
        assertEquals(0, StorageDaemons.stopAll(folder.resolve("x")));
    }
}
