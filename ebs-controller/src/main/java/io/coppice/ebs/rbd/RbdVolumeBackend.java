package io.coppice.ebs.rbd;

import static java.util.stream.Collectors.toMap;

import io.coppice.ebs.backend.NoCapacityException;
import io.coppice.ebs.backend.NoSuchSnapshotException;
import io.coppice.ebs.backend.NoSuchVolumeException;
import io.coppice.ebs.backend.ResourceLocks;
import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.ebs.backend.VolumeConflictException;
import io.coppice.ebs.serve.BlockDisk;
import io.coppice.ebs.serve.Grants;
import io.coppice.ebs.serve.NbdTls;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.ebs.transfer.StoredDisk;
import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Volumes and snapshots as images of a Ceph pool that one EBS controller has for itself. A snapshot is an image of its own,
 * over what its volume held; so is a volume over its snapshot. Room is counted by what was promised, as
 * {@code LocalVolumeBackend} does. Before anything opens a volume, whoever had it open is cut off by the cluster, wherever he
 * is.
 */
public final class RbdVolumeBackend implements VolumeBackend, AutoCloseable {
    /** What a storage daemon takes to tell Ceph that it goes, when it does not hang. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final RbdImages images;
    private final String cluster;
    private final RbdRoom room;
    private final RbdSweeper sweeper;
    private final StorageDaemons daemons;
    private final double overcommit;
    /** What each volume was promised, bytes. */
    private final Map<VolumeId, Long> promised = new ConcurrentHashMap<>();
    /** Between looking at what is promised and promising more. */
    private final Lock promising = new ReentrantLock();
    /** What happens to a volume, and to the snapshot that it is made of, happens one after the other. */
    private final ResourceLocks locks = new ResourceLocks();

    /**
     * How far it goes.
     *
     * @param overcommit how much may be promised, as a multiple of what the pool can hold; 1 or more
     * @param depth over how many others a volume may lie before it is made to stand by itself; 1 or more
     */
    public record Limits(double overcommit, int depth) {}

    /**
     * Looks at what the pool holds, and begins to look after what it will be told to serve.
     *
     * @param run for sockets and process ids of storage daemons
     * @param tls how volumes are served; empty: at Unix sockets
     * @throws IOException when the pool cannot be used; the message says why
     */
    public RbdVolumeBackend(CephPool pool, Path run, Optional<NbdTls> tls, Limits limits) throws IOException {
        var tools = new CephTools(pool);
        this.images = new RbdImages(tools);
        this.room = new RbdRoom(tools);
        this.overcommit = limits.overcommit();
        promised.putAll(images.volumes());
        room.totalBytes();
        this.cluster = tools.cephJson("fsid").path("fsid").asText();
        this.sweeper = new RbdSweeper(images, limits.depth(), promised.keySet());
        this.daemons = new StorageDaemons(run, this::disk, tls, PATIENCE);
    }

    private Optional<BlockDisk> disk(VolumeId id) throws IOException {
        return exists(id) ? Optional.of(new RbdDisk(images, id.value())) : Optional.empty();
    }

    /** What a volume or a snapshot holds, for who reads or writes all of it. */
    public Optional<StoredDisk> stored(ResourceId id) throws IOException {
        return images.isWhole(id.value()) ? Optional.of(new RbdStoredDisk(images, id.value())) : Optional.empty();
    }

    @Override
    public boolean create(VolumeId id, long sizeBytes, Optional<SnapshotId> from) throws IOException {
        var touched = new ArrayList<ResourceId>(List.of(id));
        from.ifPresent(touched::add);
        return locks.with(touched, () -> {
            if (exists(id)) {
                grow(id, sizeBytes);
            } else if (from.isEmpty()) {
                promise(id, sizeBytes, () -> images.create(id.value(), sizeBytes));
            } else {
                requireFitting(from.get(), sizeBytes);
                promise(id, sizeBytes, () -> images.cloneOf(from.get().value(), id.value(), sizeBytes));
                sweeper.made(id);
            }
            return true;
        });
    }

    private void requireFitting(SnapshotId id, long sizeBytes) throws IOException {
        require(id);
        if (images.sizeBytes(id.value()) > sizeBytes) {
            throw new NoSuchSnapshotException(id, "it is larger than the volume");
        }
    }

    private void require(SnapshotId id) throws IOException {
        if (!images.isWhole(id.value())) {
            throw new NoSuchSnapshotException(id, "it is gone");
        }
    }

    private void grow(VolumeId id, long sizeBytes) throws IOException {
        var before = images.sizeBytes(id.value());
        if (before > sizeBytes) {
            throw new VolumeConflictException(id, before, sizeBytes);
        }
        if (before < sizeBytes) {
            promise(id, sizeBytes, () -> images.resize(id.value(), sizeBytes));
        }
        daemons.show(id, sizeBytes);
    }

    /** Does what makes a volume so large, if there is room for that. */
    private void promise(VolumeId id, long sizeBytes, Step step) throws IOException {
        promising.lock();
        try {
            var more = sizeBytes - promised.getOrDefault(id, 0L);
            var free = capacity().freeBytes();
            if (more > free) {
                throw new NoCapacityException(more, free);
            }
            promised.put(id, sizeBytes);
        } finally {
            promising.unlock();
        }
        // What fails is done again, or the volume deleted: either way the promise is right in the end.
        step.run();
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    @Override
    public void delete(VolumeId id) throws IOException {
        locks.with(List.of(id), () -> {
            endAccess(id);
            images.discard(id.value());
            promised.remove(id);
            return true;
        });
        sweeper.deleted();
    }

    @Override
    public boolean exists(VolumeId id) throws IOException {
        return images.isWhole(id.value());
    }

    @Override
    public List<VolumeExport> serve(VolumeId id, Grants grants) throws IOException {
        return locks.with(List.of(id), () -> {
            var disk = disk(id).orElseThrow(() -> new NoSuchVolumeException(id));
            if (grants.direct()) {
                return List.of(handOut(id, grants.names().first()));
            }
            if (images.isHandedOut(id.value())) {
                images.takeBack(id.value());
            }
            var exports = daemons.serve(id, disk, grants);
            daemons.show(id, images.sizeBytes(id.value()));
            return exports;
        });
    }

    private VolumeExport handOut(VolumeId id, String name) throws IOException {
        daemons.withdraw(id);
        images.handOut(id.value(), name);
        return VolumeExport.newBuilder()
                .setName(name)
                .setCephImage(images.place(id.value(), cluster))
                .build();
    }

    @Override
    public void withdraw(VolumeId id) throws IOException {
        locks.with(List.of(id), () -> {
            endAccess(id);
            return true;
        });
    }

    /** Of the daemon on this machine in an orderly way, then of whoever is left by force. */
    private void endAccess(VolumeId id) throws IOException {
        daemons.withdraw(id);
        images.takeBack(id.value());
    }

    @Override
    public void snapshot(SnapshotId id, VolumeId volume) throws IOException {
        locks.with(List.of(id, volume), () -> {
            if (!images.isWhole(id.value())) {
                var below = depth(volume);
                images.freeze(volume.value(), id.value());
                images.keep(volume.value(), id.value(), below);
            }
            return true;
        });
    }

    private int depth(VolumeId id) throws IOException {
        return images.depth(id.value()).orElseThrow(() -> new NoSuchVolumeException(id));
    }

    @Override
    public void snapshot(Map<SnapshotId, VolumeId> together) throws IOException {
        var touched = new ArrayList<ResourceId>(together.keySet());
        touched.addAll(together.values());
        locks.with(touched, () -> {
            var below = new HashMap<VolumeId, Integer>();
            for (var volume : together.values()) {
                below.put(volume, depth(volume));
            }
            if (!areAllWhole(together.keySet())) {
                take(together, below);
            }
            return true;
        });
    }

    private boolean areAllWhole(Collection<SnapshotId> ids) throws IOException {
        for (var id : ids) {
            if (!images.isWhole(id.value())) {
                return false;
            }
        }
        return true;
    }

    private void take(Map<SnapshotId, VolumeId> together, Map<VolumeId, Integer> below) throws IOException {
        for (var id : together.keySet()) {
            // Of an attempt that a crash cut off: it is of another moment.
            images.discard(id.value());
        }
        if (together.values().stream().anyMatch(volume -> images.isHandedOut(volume.value()))) {
            // Nobody here could hang up on them.
            images.freezeAtOnce(together.entrySet().stream()
                    .collect(toMap(each -> each.getValue().value(), each -> each.getKey()
                            .value())));
        } else {
            daemons.whilePaused(
                    together.values(),
                    () -> AtOnce.all(
                            together.entrySet(),
                            each -> images.freeze(
                                    each.getValue().value(), each.getKey().value())));
        }
        AtOnce.all(
                together.entrySet(),
                each -> images.keep(
                        each.getValue().value(),
                        each.getKey().value(),
                        Objects.requireNonNull(below.get(each.getValue()))));
    }

    @Override
    public boolean copy(SnapshotId id, SnapshotId source) throws IOException {
        return locks.with(List.of(id, source), () -> {
            if (!images.isWhole(id.value())) {
                require(source);
                images.cloneOf(source.value(), id.value(), 0);
            }
            return true;
        });
    }

    @Override
    public void delete(SnapshotId id) throws IOException {
        locks.with(List.of(id), () -> {
            images.discard(id.value());
            return true;
        });
        sweeper.deleted();
    }

    @Override
    public void tidy() {
        sweeper.wake();
    }

    /** As of the last look, at most a minute or so ago. */
    @Override
    public Map<VolumeId, Long> allocatedBytes(Collection<VolumeId> ids) {
        var used = sweeper.used();
        var allocated = new HashMap<VolumeId, Long>();
        for (var id : ids) {
            if (promised.containsKey(id)) {
                allocated.put(id, used.getOrDefault(id, 0L));
            }
        }
        return Map.copyOf(allocated);
    }

    @Override
    public Abilities abilities() {
        return new Abilities(false, false);
    }

    @Override
    public String cephCluster() {
        return cluster;
    }

    @Override
    public Capacity capacity() throws IOException {
        var total = room.totalBytes();
        var taken = promised.values().stream().mapToLong(Long::longValue).sum();
        return new Capacity(total, Math.max(0, (long) (total * overcommit) - taken));
    }

    /** Stops looking after what is served; it stays served. */
    @Override
    public void close() {
        daemons.close();
        sweeper.close();
    }
}
