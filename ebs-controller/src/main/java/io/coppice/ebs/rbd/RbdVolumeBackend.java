package io.coppice.ebs.rbd;

import static java.util.stream.Collectors.toMap;

import io.coppice.ebs.backend.EncryptedCopies;
import io.coppice.ebs.backend.NoCapacityException;
import io.coppice.ebs.backend.NoSuchSnapshotException;
import io.coppice.ebs.backend.NoSuchVolumeException;
import io.coppice.ebs.backend.ResourceLocks;
import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.ebs.backend.VolumeConflictException;
import io.coppice.ebs.copy.SnapshotDisks;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.serve.BlockDisk;
import io.coppice.ebs.serve.Grants;
import io.coppice.ebs.serve.NbdTls;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.ebs.transfer.QemuImg;
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
import java.util.function.BooleanSupplier;

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
    private final RbdDisks disks;
    private final EncryptedCopies encrypting;
    private final String cluster;
    private final RbdRoom room;
    private final RbdSweeper sweeper;
    private final StorageDaemons daemons;
    private final RbdSnapshotDisks snapshots;
    private final double overcommit;
    /** What each volume was promised, bytes. */
    private final Map<VolumeId, Long> promised = new ConcurrentHashMap<>();
    /** Between looking at what is promised and promising more. */
    private final Lock promising = new ReentrantLock();
    /** What happens to a volume, and to the snapshot that it is made of, happens one after the other. */
    private final ResourceLocks locks = new ResourceLocks();
    /** Whether snapshots are copied at this moment, so that what two of them differ in is to be known. */
    private volatile BooleanSupplier copying = () -> false;

    /**
     * How far it goes.
     *
     * @param overcommit how much may be promised, as a multiple of what the pool can hold; 1 or more
     * @param depth over how many others a volume may lie before it is made to stand by itself; 1 or more
     */
    public record Limits(double overcommit, int depth) {}

    /**
     * What disks are encrypted with.
     *
     * @param keys which volumes and snapshots are encrypted, and how
     * @param qemuImg encrypts what plain snapshots hold
     * @param atOnce how many are encrypted so at a time, 1 or more
     */
    public record Encryption(DiskKeys keys, QemuImg qemuImg, int atOnce) {}

    /**
     * Looks at what the pool holds, and begins to look after what it will be told to serve.
     *
     * @param run for sockets and process ids of storage daemons
     * @param tls how volumes are served; empty: at Unix sockets
     * @throws IOException when the pool cannot be used; the message says why
     */
    public RbdVolumeBackend(CephPool pool, Path run, Optional<NbdTls> tls, Encryption encryption, Limits limits)
            throws IOException {
        var tools = new CephTools(pool);
        this.images = new RbdImages(tools);
        this.disks = new RbdDisks(images, encryption.keys(), encryption.qemuImg());
        this.encrypting = new EncryptedCopies(encryption.atOnce());
        this.room = new RbdRoom(tools);
        this.overcommit = limits.overcommit();
        promised.putAll(images.volumes());
        room.totalBytes();
        this.cluster = tools.cephJson("fsid").path("fsid").asText();
        this.snapshots = new RbdSnapshotDisks(tools, images, room, locks, run.resolve("copies"));
        this.sweeper = new RbdSweeper(images, new RbdBin(tools), limits.depth(), promised.keySet(), snapshots);
        this.daemons = new StorageDaemons(run, this::disk, tls, PATIENCE);
    }

    private Optional<BlockDisk> disk(VolumeId id) throws IOException {
        var facts = facts(id);
        return facts.isPresent() ? Optional.of(disks.served(id, facts.get())) : Optional.empty();
    }

    /** What a volume or a snapshot holds, for who reads or writes all of it. */
    public Optional<StoredDisk> stored(ResourceId id) throws IOException {
        var facts = facts(id);
        return facts.isPresent() ? Optional.of(disks.stored(id, facts.get())) : Optional.empty();
    }

    private Optional<ImageFacts> facts(ResourceId id) throws IOException {
        return images.facts(id.value());
    }

    /**
     * Its snapshots, for who copies them.
     *
     * @param copying whether they are copied at the moment: while they are, volumes keep what a snapshot held until a later one
     *     was compared with it
     */
    public SnapshotDisks snapshotDisks(BooleanSupplier copying) {
        this.copying = copying;
        return snapshots;
    }

    @Override
    public boolean create(VolumeId id, long sizeBytes, Optional<SnapshotId> from) throws IOException {
        var touched = new ArrayList<ResourceId>(List.of(id));
        from.ifPresent(touched::add);
        return locks.with(touched, () -> {
            var present = facts(id);
            if (present.isPresent()) {
                grow(id, present.get(), sizeBytes);
                return true;
            }
            if (from.isPresent()) {
                return createFrom(from.get(), id, sizeBytes);
            }
            promise(id, sizeBytes);
            disks.create(id, sizeBytes);
            return true;
        });
    }

    private boolean createFrom(SnapshotId from, VolumeId id, long sizeBytes) throws IOException {
        var facts = require(from);
        if (disks.sizeBytes(from, facts) > sizeBytes) {
            throw new NoSuchSnapshotException(from, "it is larger than the volume");
        }
        promise(id, sizeBytes);
        var key = disks.keyOfCopy(facts, id);
        if (key.isPresent()) {
            return encrypting.finish(id, disks.copyOf(from, id, sizeBytes, key.get()));
        }
        disks.cloneOf(from, facts, id, sizeBytes);
        sweeper.made(id);
        return true;
    }

    private ImageFacts require(SnapshotId id) throws IOException {
        return facts(id).orElseThrow(() -> new NoSuchSnapshotException(id, "it is gone"));
    }

    private void grow(VolumeId id, ImageFacts facts, long sizeBytes) throws IOException {
        var before = disks.sizeBytes(id, facts);
        if (before > sizeBytes) {
            throw new VolumeConflictException(id, before, sizeBytes);
        }
        if (before < sizeBytes) {
            promise(id, sizeBytes);
            if (facts.isEncrypted()) {
                daemons.whileClosed(id, () -> {
                    images.access().cutOff(id.value());
                    disks.grow(id, facts, sizeBytes);
                });
            } else {
                disks.grow(id, facts, sizeBytes);
            }
        }
        showIfPlain(id, facts, sizeBytes);
    }

    /** A daemon that has an encrypted disk open is started anew when that has grown. */
    private void showIfPlain(VolumeId id, ImageFacts facts, long sizeBytes) throws IOException {
        if (!facts.isEncrypted()) {
            daemons.show(id, sizeBytes);
        }
    }

    /** Promises a volume that it can be so large, if there is room for that. */
    private void promise(VolumeId id, long sizeBytes) throws IOException {
        promising.lock();
        try {
            var more = sizeBytes - promised.getOrDefault(id, 0L);
            var free = capacity().freeBytes();
            if (more > free) {
                throw new NoCapacityException(more, free);
            }
            // What fails after this is done again, or the volume deleted: either way the promise is right in the end.
            promised.put(id, sizeBytes);
        } finally {
            promising.unlock();
        }
    }

    @Override
    public void delete(VolumeId id) throws IOException {
        locks.with(List.of(id), () -> {
            encrypting.forget(id);
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
            var facts = facts(id).orElseThrow(() -> new NoSuchVolumeException(id));
            // Keys of disks do not leave this machine.
            if (grants.direct() && !facts.isEncrypted()) {
                return List.of(handOut(id, grants.names().first()));
            }
            if (images.access().isHandedOut(id.value())) {
                images.access().takeBack(id.value());
            }
            var exports = daemons.serve(id, disks.served(id, facts), grants);
            showIfPlain(id, facts, disks.sizeBytes(id, facts));
            return exports;
        });
    }

    private VolumeExport handOut(VolumeId id, String name) throws IOException {
        daemons.withdraw(id);
        images.access().handOut(id.value(), name);
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
        images.access().takeBack(id.value());
    }

    @Override
    public void snapshot(SnapshotId id, VolumeId volume) throws IOException {
        locks.with(List.of(id, volume), () -> {
            if (facts(id).isEmpty()) {
                var of = require(volume);
                images.freeze(volume.value(), id.value());
                keep(id, volume, of);
            }
            return true;
        });
    }

    private ImageFacts require(VolumeId id) throws IOException {
        return facts(id).orElseThrow(() -> new NoSuchVolumeException(id));
    }

    private void keep(SnapshotId id, VolumeId volume, ImageFacts of) throws IOException {
        images.keep(volume.value(), id.value(), of);
        if (!copying.getAsBoolean()) {
            images.unfreeze(volume.value(), id.value());
        }
    }

    @Override
    public void snapshot(Map<SnapshotId, VolumeId> together) throws IOException {
        var touched = new ArrayList<ResourceId>(together.keySet());
        touched.addAll(together.values());
        locks.with(touched, () -> {
            var of = new HashMap<VolumeId, ImageFacts>();
            for (var volume : together.values()) {
                of.put(volume, require(volume));
            }
            if (!areAllWhole(together.keySet())) {
                take(together, of);
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

    private void take(Map<SnapshotId, VolumeId> together, Map<VolumeId, ImageFacts> of) throws IOException {
        for (var id : together.keySet()) {
            // Of an attempt that a crash cut off: it is of another moment.
            images.discard(id.value());
        }
        if (together.values().stream().anyMatch(volume -> images.access().isHandedOut(volume.value()))) {
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
                each -> keep(each.getKey(), each.getValue(), Objects.requireNonNull(of.get(each.getValue()))));
    }

    @Override
    public boolean copy(SnapshotId id, SnapshotId source) throws IOException {
        return locks.with(List.of(id, source), () -> {
            if (facts(id).isPresent()) {
                return true;
            }
            var facts = require(source);
            var key = disks.keyOfCopy(facts, id);
            if (key.isPresent()) {
                var sizeBytes = disks.sizeBytes(source, facts);
                return encrypting.finish(id, disks.copyOf(source, id, sizeBytes, key.get()));
            }
            disks.cloneOf(source, facts, id, 0);
            return true;
        });
    }

    @Override
    public void delete(SnapshotId id) throws IOException {
        locks.with(List.of(id), () -> {
            encrypting.forget(id);
            snapshots.forget(id);
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
        return new Abilities(CopyForm.DISKS);
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
