package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, some order of attaching, writing, taking snapshots, cloning, growing, deleting, crashing and restarting would
 * lose or mix up what guests wrote: random orders of them with real storage daemons, plain and encrypted, held against a model
 * in memory.
 */
class VolumeModelTest {
    private static final long GIB = 1L << 30;
    private static final int BLOCK = 64 << 10;
    private static final int DEADLINE_SECONDS = 60;
    private static final int MOST_VOLUMES = 6;
    private static final int MOST_SNAPSHOTS = 8;
    private static final int MOST_GIB = 4;
    /** Where is written: the begin of each GiB, and something in it. */
    private static final List<Long> PLACES = List.of(0L, (long) BLOCK, 300L << 20, GIB - BLOCK);

    @TempDir
    Path folder;

    private final Map<ResourceId, DiskKey> keys = new HashMap<>();
    private final Map<VolumeId, Disk> volumes = new HashMap<>();
    private final Map<SnapshotId, Disk> snapshots = new HashMap<>();
    private final List<String> done = new ArrayList<>();
    private BackendUnderTest started;
    private VolumeBackend backend;
    private Random random = new Random(0);
    private int names;

    /** What a disk should hold: the pattern of each block that was written, by its offset. */
    private static final class Disk {
        private int gib;
        private final Map<Long, Integer> blocks = new TreeMap<>();
        /** Under which name it is attached; empty while it is not. */
        private Optional<String> name = Optional.empty();

        Disk copy() {
            var copy = new Disk();
            copy.gib = gib;
            copy.blocks.putAll(blocks);
            return copy;
        }
    }

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/qemu-storage-daemon"))
                        && Files.isExecutable(Path.of("/usr/bin/qemu-io")),
                "needs qemu-storage-daemon and qemu-io: install qemu-system-common and qemu-utils");
        started = open();
        backend = started.backend();
    }

    /** Again after {@link BackendUnderTest#stop}, as after a restart. */
    BackendUnderTest open() throws IOException {
        return LocalUnderTest.start(folder, keys(), new LocalVolumeBackend.Limits(100.0, 4));
    }

    /** Those of the volumes and snapshots that are encrypted. */
    DiskKeys keys() {
        return id -> Optional.ofNullable(keys.get(id));
    }

    @AfterEach
    void close() throws IOException {
        if (started != null) {
            started.stop();
            StorageDaemons.stopAll(folder.resolve("r"));
        }
    }

    @Test
    void sixtyOperationsAgreeWithTheModel() throws Exception {
        agree(20_26, 60);
    }

    @Test
    @Tag("full")
    void aThousandOperationsAgreeWithTheModel() throws Exception {
        agree(Long.getLong("coppice.test.volume-seed", System.nanoTime()), 1000);
    }

    private void agree(long seed, int operations) throws Exception {
        random = new Random(seed);
        try {
            for (int i = 0; i < operations; i++) {
                operate();
            }
            for (var snapshot : List.copyOf(snapshots.keySet())) {
                create(Optional.of(snapshot));
            }
            for (var volume : List.copyOf(volumes.keySet())) {
                compare(volume);
            }
            removeAll();
        } catch (AssertionError | Exception e) {
            throw new AssertionError(
                    "with -Dcoppice.test.volume-seed=" + seed + " after " + done.size() + " operations: "
                            + String.join(", ", done.subList(Math.max(0, done.size() - 25), done.size())),
                    e);
        }
    }

    /** From the seed, as all that is random here. */
    private String digits() {
        return "%016x0".formatted(random.nextLong());
    }

    private Disk disk(VolumeId volume) {
        return Objects.requireNonNull(volumes.get(volume));
    }

    private void operate() throws Exception {
        switch (random.nextInt(13)) {
            case 0 -> create(random.nextBoolean() ? any(snapshots) : Optional.empty());
            case 1, 2 -> attachOrDetach();
            case 3, 4, 5 -> write();
            case 6 -> snapshot();
            case 7 -> snapshotsOfOneMoment();
            case 8 -> grow();
            case 9 -> deleteSomething();
            case 10 -> restart();
            case 11 -> kill();
            default -> {
                again(backend::tidy);
                var volume = any(volumes);
                if (volume.isPresent()) {
                    compare(volume.get());
                }
                done.add("tidy");
            }
        }
    }

    private <K, V> Optional<K> any(Map<K, V> from) {
        return from.keySet().stream()
                .sorted(java.util.Comparator.comparing(Object::toString))
                .skip(from.isEmpty() ? 0 : random.nextInt(from.size()))
                .findFirst();
    }

    private void create(Optional<SnapshotId> from) throws Exception {
        if (volumes.size() >= MOST_VOLUMES + MOST_SNAPSHOTS || (from.isEmpty() && volumes.size() >= MOST_VOLUMES)) {
            return;
        }
        var id = new VolumeId(VolumeId.PREFIX + digits());
        var disk = from.map(snapshot ->
                        Objects.requireNonNull(snapshots.get(snapshot)).copy())
                .orElseGet(Disk::new);
        disk.gib = Math.max(disk.gib, 1 + random.nextInt(2));
        var inherited = from.flatMap(snapshot -> Optional.ofNullable(keys.get(snapshot)));
        if (inherited.isPresent() || random.nextInt(3) == 0) {
            keys.put(id, inherited.orElseGet(DiskKey::random));
        }
        eventually("the creation of " + id, () -> backend.create(id, disk.gib * GIB, from));
        volumes.put(id, disk);
        done.add("create " + id + from.map(snapshot -> " of " + snapshot).orElse("")
                + (keys.containsKey(id) ? " encrypted" : ""));
    }

    private void attachOrDetach() throws Exception {
        var volume = any(volumes);
        if (volume.isEmpty()) {
            return;
        }
        var disk = disk(volume.get());
        if (disk.name.isPresent()) {
            again(() -> backend.withdraw(volume.get()));
            disk.name = Optional.empty();
            done.add("detach " + volume.get());
        } else {
            attach(volume.get());
        }
    }

    private void attach(VolumeId volume) throws Exception {
        var name = "e%032x".formatted(++names);
        again(() -> backend.serve(volume, name));
        disk(volume).name = Optional.of(name);
        done.add("attach " + volume);
    }

    private void write() throws Exception {
        var volume = any(volumes);
        if (volume.isEmpty()) {
            return;
        }
        var disk = disk(volume.get());
        if (disk.name.isEmpty()) {
            attach(volume.get());
        }
        var offset = random.nextInt(disk.gib) * GIB + PLACES.get(random.nextInt(PLACES.size()));
        var pattern = random.nextInt(256);
        writeUnflushed(volume.get(), pattern, offset);
        disk.blocks.put(offset, pattern);
        done.add("write " + pattern + " at " + offset + " of " + volume.get());
    }

    private void snapshot() throws Exception {
        var volume = any(volumes);
        if (volume.isPresent() && snapshots.size() < MOST_SNAPSHOTS) {
            var id = taken(volume.get());
            again(() -> backend.snapshot(id, volume.get()));
        }
    }

    private void snapshotsOfOneMoment() throws Exception {
        var together = new HashMap<SnapshotId, VolumeId>();
        for (int i = 0; i < 2 && snapshots.size() < MOST_SNAPSHOTS; i++) {
            var volume = any(volumes);
            if (volume.isPresent() && !together.containsValue(volume.get())) {
                together.put(taken(volume.get()), volume.get());
            }
        }
        if (!together.isEmpty()) {
            again(() -> backend.snapshot(together));
        }
    }

    private SnapshotId taken(VolumeId volume) {
        var id = new SnapshotId(SnapshotId.PREFIX + digits());
        snapshots.put(id, disk(volume).copy());
        Optional.ofNullable(keys.get(volume)).ifPresent(key -> keys.put(id, key));
        done.add("snapshot " + id + " of " + volume);
        return id;
    }

    private void grow() throws Exception {
        var volume = any(volumes);
        if (volume.isPresent() && disk(volume.get()).gib < MOST_GIB) {
            var gib = ++disk(volume.get()).gib;
            again(() -> backend.create(volume.get(), gib * GIB, Optional.empty()));
            done.add("grow " + volume.get());
        }
    }

    private void deleteSomething() throws Exception {
        var snapshot = any(snapshots);
        if (snapshot.isPresent() && random.nextBoolean()) {
            again(() -> backend.delete(snapshot.get()));
            snapshots.remove(snapshot.get());
            done.add("delete " + snapshot.get());
            return;
        }
        var volume = any(volumes);
        if (volume.isPresent()) {
            again(() -> backend.delete(volume.get()));
            volumes.remove(volume.get());
            done.add("delete " + volume.get());
        }
    }

    /** As after a crash of the EBS controller: what is attached is served again under its name. */
    private void restart() throws Exception {
        started.stop();
        done.add("restart");
        start();
        for (var volume : volumes.entrySet()) {
            if (volume.getValue().name.isPresent()) {
                again(() ->
                        backend.serve(volume.getKey(), volume.getValue().name.orElseThrow()));
            }
        }
    }

    private void kill() throws IOException {
        var volume = any(volumes);
        if (volume.isPresent() && disk(volume.get()).name.isPresent()) {
            OpenVolume.killDaemon(run(volume.get(), ".pid"));
            done.add("kill the daemon of " + volume.get());
        }
    }

    /** Reads all that was written, and the first block of each GiB. */
    private void compare(VolumeId volume) throws Exception {
        var disk = disk(volume);
        if (disk.name.isEmpty()) {
            attach(volume);
        }
        var expected = new TreeMap<>(disk.blocks);
        for (int gib = 0; gib < disk.gib; gib++) {
            expected.putIfAbsent(gib * GIB, 0);
        }
        io(
                volume,
                expected.entrySet().stream()
                        .map(block -> "read -P %d %d %d".formatted(block.getValue(), block.getKey(), BLOCK))
                        .toList());
        done.add("compare " + volume);
    }

    private void removeAll() throws Exception {
        for (var volume : volumes.keySet()) {
            backend.delete(volume);
        }
        for (var snapshot : snapshots.keySet()) {
            backend.delete(snapshot);
        }
        assertEquals(List.of(), started.left(), "the bytes of what was deleted are left");
        try (var files = Files.list(folder.resolve("r"))) {
            assertEquals(List.of(), files.toList(), "sockets or daemons are left");
        }
    }

    private Path run(VolumeId volume, String suffix) {
        return folder.resolve("r").resolve(volume.value() + suffix);
    }

    /** Writes until that is acknowledged; nobody asks for it to be made durable, since who wrote it is killed. */
    private void writeUnflushed(VolumeId volume, int pattern, long offset) throws Exception {
        var export = VolumeExport.newBuilder()
                .setName(disk(volume).name.orElseThrow())
                .setUnixPath(run(volume, "").toString())
                .build();
        eventually("a write of " + volume, () -> {
            try (var guest = OpenVolume.unflushed(export)) {
                return guest.writeOnce(pattern, offset, BLOCK);
            } catch (IOException e) {
                // The daemon is not there.
                return false;
            }
        });
    }

    /** Has all of it done by one client, again from the begin while the volume's daemon is not there. */
    private void io(VolumeId volume, List<String> commands) throws Exception {
        var name = disk(volume).name.orElseThrow();
        var command = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
        commands.forEach(each -> command.addAll(List.of("-c", each)));
        command.add("nbd+unix:///" + name + "?socket=" + run(volume, ""));
        eventually(commands + " of " + volume, () -> {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), "qemu-io hangs");
            assertTrue(!said.contains("Pattern verification failed"), () -> volume + " holds something else: " + said);
            return process.exitValue() == 0;
        });
    }

    /** Repeats it while a daemon that was killed is in the way, as the worker does. */
    private static void again(Work work) throws Exception {
        eventually("what is repeated", () -> {
            try {
                work.run();
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static void eventually(String what, Check check) throws Exception {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!check.holds()) {
            assertTrue(System.nanoTime() < deadline, () -> what + " did not come to be");
            Thread.sleep(20);
        }
    }

    @FunctionalInterface
    private interface Check {
        boolean holds() throws Exception;
    }
}
