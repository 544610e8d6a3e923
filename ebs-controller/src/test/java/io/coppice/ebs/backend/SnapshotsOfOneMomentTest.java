package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.serve.Grants;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a database whose log is on one volume and whose tables are on another could not be restored from snapshots
 * that were taken together.
 */
class SnapshotsOfOneMomentTest {
    private static final long GIB = 1L << 30;
    private static final int BLOCK = 4096;
    private static final int WRITTEN = 171;

    @TempDir
    Path folder;

    private final List<VolumeId> served = new ArrayList<>();
    private BackendUnderTest started;
    private VolumeBackend backend;

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/qemu-storage-daemon"))
                        && Files.isExecutable(Path.of("/usr/bin/qemu-io")),
                "needs qemu-storage-daemon and qemu-io: install qemu-system-common and qemu-utils");
        started = start();
        backend = started.backend();
    }

    /** How often snapshots are taken while the writer goes on, which it does for so many blocks only. */
    int rounds() {
        return 6;
    }

    /** How many blocks the writer writes at most. */
    int blocks() {
        return 8192;
    }

    /** So that the writer has not written all of its blocks before the last snapshot is taken. */
    Duration betweenWrites() {
        return Duration.ZERO;
    }

    BackendUnderTest start() throws IOException {
        return LocalUnderTest.start(folder, DiskKeys.NONE, new LocalVolumeBackend.Limits(10.0, 16));
    }

    @AfterEach
    void close() throws IOException {
        if (backend != null) {
            for (var volume : served) {
                backend.delete(volume);
            }
            started.stop();
        }
    }

    @Test
    void noneHoldsAWriteThatCameAfterOneThatAnotherDoesNotHold() throws Exception {
        var first = VolumeId.random();
        var second = VolumeId.random();
        var taken = new ArrayList<Pair>();
        var count = new AtomicInteger();
        var stop = new AtomicBoolean();
        var mayWrite = new AtomicInteger();
        try (var one = new OpenVolume(serve(first));
                var other = new OpenVolume(serve(second))) {
            var writing = CompletableFuture.runAsync(() -> writeInTurn(one, other, new Turn(count, mayWrite, stop)));
            for (int round = 1; round <= rounds(); round++) {
                // However long a snapshot takes, there are blocks left for the next one.
                mayWrite.set(round * blocks() / (rounds() + 1));
                awaitWrites(count, writing);
                var pair = new Pair(SnapshotId.random(), SnapshotId.random());
                backend.snapshot(Map.of(pair.ofFirst(), first, pair.ofSecond(), second));
                taken.add(pair);
            }
            mayWrite.set(blocks());
            awaitWrites(count, writing);
            stop.set(true);
            writing.join();
        }
        for (var pair : taken) {
            var inFirst = written(pair.ofFirst());
            var inSecond = written(pair.ofSecond());
            assertTrue(
                    inFirst == inSecond || inFirst == inSecond + 1,
                    "of two that are written in turn one holds %d, the other %d".formatted(inFirst, inSecond));
            assertTrue(inSecond > 0, "nothing was written before");
        }
    }

    private record Pair(SnapshotId ofFirst, SnapshotId ofSecond) {}

    @Test
    void thoseThatACrashCutOffAreTakenAgainTogether() throws Exception {
        var first = VolumeId.random();
        var second = VolumeId.random();
        serve(first);
        serve(second);
        var early = SnapshotId.random();
        var late = SnapshotId.random();
        backend.snapshot(early, first);
        try (var one = new OpenVolume(backend.serve(first, grants(first)).getFirst())) {
            one.write(WRITTEN, 0, BLOCK);
        }
        backend.snapshot(Map.of(early, first, late, second));
        assertEquals(1, written(early));
        assertEquals(0, written(late));
        backend.snapshot(Map.of(early, first, late, second));
        assertThrows(
                NoSuchVolumeException.class,
                () -> backend.snapshot(Map.of(SnapshotId.random(), first, SnapshotId.random(), VolumeId.random())));
    }

    @Test
    void aVolumeGrowsWhileItIsServedAndKeepsWhatItHolds() throws Exception {
        var volume = VolumeId.random();
        var export = serve(volume);
        try (var open = new OpenVolume(export)) {
            open.write(WRITTEN, 0, BLOCK);
            backend.create(volume, 2 * GIB, Optional.empty());
            open.write(WRITTEN, BLOCK, BLOCK);
        }
        assertEquals(2 * GIB, size(export));
        try (var open = new OpenVolume(export)) {
            open.write(WRITTEN, 2 * GIB - BLOCK, BLOCK);
        }
        var snapshot = SnapshotId.random();
        backend.snapshot(snapshot, volume);
        assertEquals(2, written(snapshot));
    }

    /** How far the writer is, how far it may go, and whether it is to end. */
    private record Turn(AtomicInteger written, AtomicInteger mayWrite, AtomicBoolean stop) {
        /** Waits until this block may be written; false when it is not to be any more. */
        boolean await(int block) {
            while (block >= mayWrite.get() && !stop.get()) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
            return !stop.get();
        }
    }

    /** Block by block, the first volume and then the second, each write acknowledged before the next begins. */
    private void writeInTurn(OpenVolume one, OpenVolume other, Turn turn) {
        try {
            for (int block = 0; block < blocks() && turn.await(block); block++) {
                one.write(WRITTEN, (long) block * BLOCK, BLOCK);
                other.write(WRITTEN, (long) block * BLOCK, BLOCK);
                turn.written().incrementAndGet();
                LockSupport.parkNanos(betweenWrites().toNanos());
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void awaitWrites(AtomicInteger count, CompletableFuture<Void> writing) throws Exception {
        var before = count.get();
        var deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (count.get() < before + 20) {
            assertTrue(System.nanoTime() < deadline && !writing.isDone(), "the writer does not go on");
            Thread.sleep(5);
        }
    }

    private VolumeExport serve(VolumeId volume) throws IOException {
        served.add(volume);
        backend.create(volume, GIB, Optional.empty());
        return backend.serve(volume, grants(volume)).getFirst();
    }

    private Grants grants(VolumeId volume) {
        return grants(served(volume));
    }

    /** How the writer has his volumes. */
    Grants grants(String name) {
        return Grants.alone(name);
    }

    /** An export name that is always the same for a volume. */
    private static String served(VolumeId volume) {
        return "e"
                + UUID.nameUUIDFromBytes(volume.value().getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .toString()
                        .replace("-", "");
    }

    /** How many blocks from the first one on a snapshot holds. */
    private int written(SnapshotId snapshot) throws Exception {
        var clone = VolumeId.random();
        served.add(clone);
        backend.create(clone, 2 * GIB, Optional.of(snapshot));
        var raw = folder.resolve(clone.value());
        run(
                "qemu-img",
                "dd",
                "-f",
                "raw",
                "-O",
                "raw",
                "bs=" + BLOCK,
                "count=" + blocks(),
                "if=" + OpenVolume.address(backend.serve(clone, grants(clone)).getFirst()),
                "of=" + raw);
        var expected = new byte[BLOCK];
        java.util.Arrays.fill(expected, (byte) WRITTEN);
        try (var in = Files.newInputStream(raw)) {
            for (int block = 0; block < blocks(); block++) {
                var bytes = in.readNBytes(BLOCK);
                if (bytes[0] == 0) {
                    return block;
                }
                assertArrayEquals(expected, bytes);
            }
        }
        return blocks();
    }

    private static long size(VolumeExport export) throws Exception {
        var info = run("qemu-img", "info", "-f", "raw", "--output=json", OpenVolume.address(export));
        return new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(info)
                .path("virtual-size")
                .asLong();
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        return output;
    }
}
