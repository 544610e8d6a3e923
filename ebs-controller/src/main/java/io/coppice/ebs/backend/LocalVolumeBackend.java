package io.coppice.ebs.backend;

import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.Grants;
import io.coppice.ebs.serve.VolumeServer;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Volumes and snapshots as qcow2 layers of one folder. Room is counted by what was promised: the sum of the volumes' sizes
 * never exceeds the file system times {@code overcommit}. Snapshots count for nothing, since what they hold was promised to
 * a volume once; a file system that runs full stops guests where they write, and loses nothing.
 */
public final class LocalVolumeBackend implements VolumeBackend {
    private static final Logger LOG = Logger.getLogger(LocalVolumeBackend.class);

    private final Layers layers;
    private final VolumeServer server;
    private final LayerEncryption encryption;
    private final Limits limits;
    /** Volumes whose towers are being copied into their uppermost layer. */
    private final Set<VolumeId> flattening = ConcurrentHashMap.newKeySet();
    /** Between looking at what is promised and promising more. */
    private final Lock promising = new ReentrantLock();
    /** A snapshot and a change of one volume exclude each other. */
    private final ResourceLocks locks = new ResourceLocks();

    /**
     * How far it goes.
     *
     * @param overcommit how much may be promised, as a multiple of the file system's size; 1 or more
     * @param depth how many layers a volume in use may have before they are made one; 2 or more
     */
    public record Limits(double overcommit, int depth) {}

    /** Keeps bytes in {@code layers} and serves them by {@code server}; neither is closed by this. */
    public LocalVolumeBackend(Layers layers, VolumeServer server, LayerEncryption encryption, Limits limits) {
        this.encryption = encryption;
        this.layers = layers;
        this.server = server;
        this.limits = limits;
    }

    @Override
    public boolean create(VolumeId id, long sizeBytes, Optional<SnapshotId> from) throws IOException {
        var key = encryption.keyOf(id);
        return locked(id, () -> {
            var present = layers.find(id);
            if (present.isPresent()) {
                grow(id, present.get(), sizeBytes);
                return true;
            }
            if (from.isEmpty()) {
                promise(sizeBytes, () -> {
                    if (key.isPresent()) {
                        layers.add(id, sizeBytes, key.get());
                    } else {
                        layers.add(id, sizeBytes, Optional.empty());
                    }
                    return true;
                });
                return true;
            }
            var base = fitting(from.get(), sizeBytes);
            if (key.isPresent() && !Layers.isEncrypted(base)) {
                return promise(sizeBytes, () -> encryption.finish(id, base, sizeBytes, key.get()));
            }
            promise(sizeBytes, () -> layers.add(id, sizeBytes, Optional.of(base)));
            return true;
        });
    }

    private void grow(VolumeId id, Path present, long sizeBytes) throws IOException {
        var before = Layers.sizeBytes(present);
        if (before > sizeBytes) {
            throw new VolumeConflictException(id, before, sizeBytes);
        }
        if (before < sizeBytes) {
            // A larger layer over the old one: what lies beyond the old one's end reads as zeros.
            promise(sizeBytes - before, () -> layers.add(id, sizeBytes, Optional.of(present)));
            followIfServed(id);
        }
    }

    /** Does what takes so many bytes more, if there is room for them. */
    private <T> T promise(long moreBytes, ResourceLocks.Work<T> work) throws IOException {
        promising.lock();
        try {
            var free = capacity().freeBytes();
            if (moreBytes > free) {
                throw new NoCapacityException(moreBytes, free);
            }
            return work.run();
        } finally {
            promising.unlock();
        }
    }

    private Path fitting(SnapshotId id, long sizeBytes) throws IOException {
        var layer = layers.find(id).orElseThrow(() -> new NoSuchSnapshotException(id, "it is gone"));
        if (Layers.sizeBytes(layer) > sizeBytes) {
            throw new NoSuchSnapshotException(id, "it is larger than the volume");
        }
        return layer;
    }

    @Override
    public void delete(VolumeId id) throws IOException {
        locked(id, () -> {
            server.withdraw(id);
            layers.remove(id);
            encryption.forget(id);
            return true;
        });
    }

    @Override
    public boolean exists(VolumeId id) throws IOException {
        return layers.find(id).isPresent();
    }

    @Override
    public List<VolumeExport> serve(VolumeId id, Grants grants) throws IOException {
        return locked(id, () -> {
            var head = layers.find(id).orElseThrow(() -> new NoSuchVolumeException(id));
            var exports = server.serve(id, head, grants);
            followIfServed(id);
            return exports;
        });
    }

    @Override
    public void withdraw(VolumeId id) throws IOException {
        locked(id, () -> {
            server.withdraw(id);
            return true;
        });
    }

    @Override
    public void snapshot(SnapshotId id, VolumeId volume) throws IOException {
        locked(volume, () -> {
            if (layers.find(id).isEmpty()) {
                freeze(id, volume);
            }
            return true;
        });
    }

    private void freeze(SnapshotId id, VolumeId volume) throws IOException {
        // Were it behind its name from an attempt that a crash cut off, the layer below would not be still.
        followIfServed(volume);
        var frozen = layers.find(volume).orElseThrow(() -> new NoSuchVolumeException(volume));
        if (isAsBelow(volume, frozen)) {
            layers.point(id, layers.below(frozen).orElseThrow());
            return;
        }
        // The volume's name first: should we stop here, whoever serves it next writes to the new layer, and the one
        // that
        // still writes to the old is told to change by the next attempt. No name leads to the old one alone before it
        // is
        // still.
        layers.add(volume, Layers.sizeBytes(frozen), Optional.of(frozen));
        followIfServed(volume);
        layers.point(id, frozen);
    }

    @Override
    public void snapshot(Map<SnapshotId, VolumeId> together) throws IOException {
        locks.with(together.values(), () -> {
            for (var volume : together.values()) {
                if (!exists(volume)) {
                    throw new NoSuchVolumeException(volume);
                }
            }
            if (!areAllThere(together.keySet())) {
                for (var id : together.keySet()) {
                    // Of an attempt that a crash cut off: it is of another moment.
                    layers.remove(id);
                }
                server.whilePaused(together.values(), () -> {
                    for (var each : together.entrySet()) {
                        freeze(each.getKey(), each.getValue());
                    }
                });
            }
            return true;
        });
    }

    private boolean areAllThere(Collection<SnapshotId> ids) throws IOException {
        for (var id : ids) {
            if (layers.find(id).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the volume holds what the layer below holds: another layer for it would only make the tower higher. */
    private boolean isAsBelow(VolumeId volume, Path head) throws IOException {
        var below = layers.below(head);
        return below.isPresent()
                && server.writtenTo(volume).isEmpty()
                && Layers.isUntouched(head)
                && Layers.sizeBytes(below.get()) == Layers.sizeBytes(head);
    }

    @Override
    public void tidy() throws IOException {
        for (var volume : layers.volumes()) {
            try {
                locked(volume, () -> {
                    tidy(volume);
                    return true;
                });
            } catch (IOException e) {
                // Of this one alone: it keeps no other from being put in order.
                LOG.warnf("%s could not be put in order and will be again: %s", volume, e.getMessage());
            }
        }
    }

    private void tidy(VolumeId volume) throws IOException {
        var head = layers.find(volume);
        if (head.isEmpty()) {
            flattening.remove(volume);
        } else if (layers.chain(head.get()).size() > limits.depth()) {
            server.flatten(volume);
            flattening.add(volume);
        } else if (flattening.remove(volume)) {
            layers.collect();
        }
    }

    /** Has a served volume written to the layer that its name leads to. */
    private void followIfServed(VolumeId volume) throws IOException {
        var head = layers.find(volume);
        var written = server.writtenTo(volume);
        if (head.isEmpty() || written.isEmpty() || written.equals(head)) {
            return;
        }
        if (Layers.sizeBytes(head.get()) == Layers.sizeBytes(written.get())) {
            server.divert(volume, head.get());
        } else {
            // A size is told to whoever opens the volume.
            server.whilePaused(List.of(volume), () -> server.divert(volume, head.get()));
        }
    }

    @Override
    public boolean copy(SnapshotId id, SnapshotId source) throws IOException {
        if (layers.find(id).isPresent()) {
            return true;
        }
        var base = layers.find(source).orElseThrow(() -> new NoSuchSnapshotException(source, "it is gone"));
        var key = encryption.keyOf(id);
        if (key.isPresent() && !Layers.isEncrypted(base)) {
            return encryption.finish(id, base, Layers.sizeBytes(base), key.get());
        }
        layers.point(id, base);
        return true;
    }

    @Override
    public void delete(SnapshotId id) throws IOException {
        layers.remove(id);
        encryption.forget(id);
    }

    @Override
    public Map<VolumeId, Long> allocatedBytes(Collection<VolumeId> ids) throws IOException {
        var allocated = new HashMap<VolumeId, Long>();
        for (var id : ids) {
            var head = layers.find(id);
            if (head.isPresent()) {
                // A layer grows with what is written to it and has no holes to speak of.
                allocated.put(id, Files.size(head.get()));
            }
        }
        return Map.copyOf(allocated);
    }

    @Override
    public Abilities abilities() {
        return Abilities.OF_LAYERS;
    }

    @Override
    public Capacity capacity() throws IOException {
        var store = Files.getFileStore(layers.folder());
        var promisable = (long) (store.getTotalSpace() * limits.overcommit()) - layers.promisedBytes();
        // Nothing is promised on a file system that cannot take another byte.
        var free = store.getUsableSpace() == 0 ? 0 : Math.max(0, promisable);
        return new Capacity(store.getTotalSpace(), free);
    }

    private <T> T locked(VolumeId id, ResourceLocks.Work<T> work) throws IOException {
        return locks.with(List.of(id), work);
    }
}
