package io.coppice.server.bench.volume;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.disk.QcowDiskStore;
import io.coppice.server.bench.BenchFolder;
import io.coppice.server.bench.Measurement;
import io.coppice.server.bench.Samples;
import io.coppice.server.bench.volume.BlockTraffic.Load;
import io.coppice.server.cli.Steps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The table of {@code coppice bench volumes}: snapshots and clones of a volume that is being written to, what NBD costs
 * against the same layers opened directly, and root disks of a cached image. Runs the parts of the EBS and Node Controller
 * that do it, without a cloud around them. Bounded; leaves nothing behind; judges nothing.
 */
public final class VolumeBench {
    private static final long GIB = 1L << 30;
    private static final List<Long> SIZES_GIB = List.of(1L, 100L);
    private static final int SNAPSHOTS = 9;
    /** Many and short: a disk that others use too is slow now and then, and the median shall not be one of these times. */
    private static final int ROUNDS = 9;

    private static final long TRAFFIC_BYTES = 256L << 20;

    private static final int DISKS = 50;
    private static final double SNAPSHOT_REACH_MILLIS = 300;
    private static final double SNAPSHOT_AIM_MILLIS = 100;
    private static final double DISK_REACH_MILLIS = 50;
    private static final double DISK_AIM_MILLIS = 20;

    private final Steps steps;

    public VolumeBench(Steps steps) {
        this.steps = steps;
    }

    /** Measures; a minute or two. Throws {@link IOException} when a program of QEMU's is missing. */
    public List<Measurement> run() throws Exception {
        BenchFolder.require("qemu-img", "qemu-utils");
        BenchFolder.require("qemu-storage-daemon", "qemu-system-common");
        var results = new ArrayList<Measurement>();
        try (var lab = VolumeLab.open()) {
            for (var gib : SIZES_GIB) {
                results.addAll(steps.run("snapshots of a busy volume of " + gib + " GiB", () -> snapshots(lab, gib)));
            }
            results.addAll(steps.run("NBD against the layer itself", () -> traffic(lab)));
            results.add(steps.run(DISKS + " root disks of one image", () -> disks(lab)));
        }
        return List.copyOf(results);
    }

    private static List<Measurement> snapshots(VolumeLab lab, long gib) throws IOException {
        var volume = lab.volume(gib * GIB);
        var frozen = new ArrayList<Double>();
        var usable = new ArrayList<Double>();
        try (var writer = BlockTraffic.through(lab.serve(volume)).keepWriting()) {
            for (var i = 0; i < SNAPSHOTS; i++) {
                var snapshot = SnapshotId.random();
                frozen.add(millis(() -> lab.backend().snapshot(snapshot, volume)));
                usable.add(cloned(lab, snapshot, gib * GIB));
            }
            writer.requireAlive();
        }
        lab.backend().delete(volume);
        return List.of(
                asked("snapshot of a busy volume of " + gib + " GiB", frozen),
                asked("volume of " + gib + " GiB from a snapshot served", usable));
    }

    /** Milliseconds until a volume that was made from a snapshot is served. */
    private static double cloned(VolumeLab lab, SnapshotId snapshot, long sizeBytes) throws IOException {
        var clone = VolumeId.random();
        var exports = new ArrayList<BlockTraffic>();
        var took = millis(() -> {
            lab.backend().create(clone, sizeBytes, Optional.of(snapshot));
            exports.add(BlockTraffic.through(lab.serve(clone)));
        });
        exports.getFirst().touch();
        lab.backend().delete(clone);
        return took;
    }

    private static Measurement asked(String what, List<Double> millis) {
        var samples = new Samples(millis);
        return new Measurement(
                what,
                samples.median(),
                "ms",
                SNAPSHOT_REACH_MILLIS,
                SNAPSHOT_AIM_MILLIS,
                "median of %d in the backend, slowest %.0f ms; 4 KiB writes, 16 at a time, go on meanwhile"
                        .formatted(samples.sorted().size(), samples.quantile(1)));
    }

    private List<Measurement> traffic(VolumeLab lab) throws IOException {
        var served = lab.volume(TRAFFIC_BYTES);
        var byNbd = BlockTraffic.through(lab.serve(served));
        var direct =
                BlockTraffic.of(lab.layers().find(lab.volume(TRAFFIC_BYTES)).orElseThrow());
        byNbd.fill(TRAFFIC_BYTES);
        direct.fill(TRAFFIC_BYTES);
        var ratios = new EnumMap<Load, List<Double>>(Load.class);
        for (var round = 0; round < ROUNDS; round++) {
            for (var load : Load.values()) {
                var ratio = direct.seconds(load) / byNbd.seconds(load);
                ratios.computeIfAbsent(load, any -> new ArrayList<>()).add(ratio);
                steps.note("%s, round %d of %d: %.2f ×".formatted(name(load), round + 1, ROUNDS, ratio));
            }
        }
        return ratios.entrySet().stream()
                .map(each -> share(each.getKey(), new Samples(each.getValue())))
                .toList();
    }

    private static Measurement share(Load load, Samples ratios) {
        var small = load == Load.SMALL_READS || load == Load.SMALL_WRITES;
        return Measurement.atLeast(
                name(load) + " over NBD, of the local rate",
                ratios.median(),
                "×",
                small ? 0.4 : 0.7,
                small ? 0.7 : 0.95,
                "median of %d interleaved rounds, %.2f to %.2f; qemu-img bench, all blocks allocated, both past the page cache (none); over NBD each write is on the disk when it is acknowledged"
                        .formatted(ROUNDS, ratios.quantile(0), ratios.quantile(1)));
    }

    private static String name(Load load) {
        return switch (load) {
            case SMALL_READS -> "4 KiB reads, depth 16";
            case SMALL_WRITES -> "4 KiB writes, depth 16";
            case LARGE_READS -> "1 MiB reads in order";
            case LARGE_WRITES -> "1 MiB writes in order";
        };
    }

    private static Measurement disks(VolumeLab lab) throws IOException {
        var image = lab.layers().find(lab.volume(2 * GIB)).orElseThrow();
        var store = new QcowDiskStore(
                lab.folder().path().resolve("instances"), 0, lab.folder().path());
        var base = new CachedBase("0".repeat(64), image, "qcow2");
        var took = new ArrayList<Double>();
        for (var i = 0; i < DISKS; i++) {
            took.add(millis(() -> store.ensureRootDisk(InstanceId.random(), base, 2 * GIB)));
        }
        var samples = new Samples(took);
        return new Measurement(
                "root disk of a cached image ready",
                samples.quantile(1),
                "ms",
                DISK_REACH_MILLIS,
                DISK_AIM_MILLIS,
                String.format(Locale.ROOT, "slowest of %d on one host, median %.1f ms", DISKS, samples.median()));
    }

    private static double millis(Work work) throws IOException {
        var begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1e6;
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }
}
