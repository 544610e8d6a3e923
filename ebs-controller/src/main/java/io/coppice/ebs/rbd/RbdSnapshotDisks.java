package io.coppice.ebs.rbd;

import io.coppice.ebs.backend.ResourceLocks;
import io.coppice.ebs.copy.SnapshotDisks;
import io.coppice.ebs.nbd.OpenDisk;
import io.coppice.ebs.rbd.RbdAncestry.Moment;
import io.coppice.ebs.rbd.RbdAncestry.Origin;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Snapshots of a pool as those see them who copy them and bring them back. One that comes back has another name until it is
 * whole: what has such a name and is not under way is removed. Thread-safe.
 */
final class RbdSnapshotDisks implements SnapshotDisks {
    private static final Logger LOG = Logger.getLogger(RbdSnapshotDisks.class);
    private static final String RETURNING = "back-";

    private final RbdImages images;
    private final RbdAncestry ancestry;
    private final RbdDifferences differences;
    private final RbdRoom room;
    private final ResourceLocks locks;
    private final Path sockets;
    /** Those that come back, and over how many others their images lie. */
    private final Map<SnapshotId, Integer> underWay = new ConcurrentHashMap<>();

    /** @param sockets a folder for those of programs that have images open */
    RbdSnapshotDisks(CephTools tools, RbdImages images, RbdRoom room, ResourceLocks locks, Path sockets) {
        this.images = images;
        this.ancestry = new RbdAncestry(tools);
        this.differences = new RbdDifferences(tools);
        this.room = room;
        this.locks = locks;
        this.sockets = sockets;
    }

    @Override
    public boolean isWhole(SnapshotId id) throws IOException {
        return images.isWhole(id.value());
    }

    @Override
    public long sizeBytes(SnapshotId id) throws IOException {
        return images.lengthBytes(id.value());
    }

    @Override
    public Map<String, String> notes(SnapshotId id) throws IOException {
        return images.notes(id.value());
    }

    @Override
    public List<SnapshotId> ancestors(SnapshotId id) throws IOException {
        return ancestry.ancestors(id.value());
    }

    @Override
    public void allocated(SnapshotId id, Extents extents) throws IOException {
        differences.allocated(id.value(), extents);
    }

    @Override
    public boolean changed(SnapshotId id, SnapshotId ancestor, Extents extents) throws IOException {
        var origin = ancestry.originOf(id.value());
        if (origin.isEmpty()) {
            return false;
        }
        if (origin.get().image().equals(ancestor.value())) {
            // What has nothing of its own is as what it lies over.
            return differences.ownBytes(id.value()) == 0;
        }
        if (!isOfVolume(origin.get(), id)) {
            return false;
        }
        var comparable = ancestry.earlier(origin.get()).stream()
                .anyMatch(moment -> !moment.removed() && moment.name().equals(ancestor.value()));
        if (comparable) {
            differences.changed(origin.get().image(), ancestor.value(), id.value(), extents);
        }
        return comparable;
    }

    /** Whether the volume still has the moment under the snapshot's name. */
    private static boolean isOfVolume(Origin origin, SnapshotId id) {
        return !origin.discarded() && origin.snapshot().equals(id.value());
    }

    @Override
    public OpenDisk read(SnapshotId id) throws IOException {
        return OpenDisk.open(options(id.value()), OpenDisk.Use.READING, sockets);
    }

    private String options(String image) {
        return QemuImg.PLAIN + images.options(image);
    }

    @Override
    public void copied(SnapshotId id) throws IOException {
        var origin = ancestry.originOf(id.value());
        if (origin.isEmpty() || !isOfVolume(origin.get(), id)) {
            return;
        }
        for (var moment : ancestry.earlier(origin.get())) {
            if (isKeptToCompare(moment)) {
                images.unfreeze(origin.get().image(), moment.name());
            }
        }
    }

    private static boolean isKeptToCompare(Moment moment) {
        return !moment.removed() && moment.snapshot().isPresent();
    }

    @Override
    public long freeBytes() throws IOException {
        return room.freeBytes();
    }

    @Override
    public OpenDisk begin(SnapshotId id, long sizeBytes, Optional<SnapshotId> over) throws IOException {
        var below = over.isEmpty() ? List.of(id) : List.of(id, over.get());
        locks.with(below, () -> {
            var depth = over.isEmpty()
                    ? 0
                    : images.facts(over.get().value()).map(ImageFacts::below).orElse(0) + 1;
            underWay.put(id, depth);
            images.prepare(returning(id), sizeBytes, over.map(SnapshotId::value));
            return true;
        });
        return OpenDisk.open(options(returning(id)), OpenDisk.Use.WRITING, sockets);
    }

    private static String returning(SnapshotId id) {
        return RETURNING + id;
    }

    @Override
    public void finish(SnapshotId id, Map<String, String> notes) throws IOException {
        locks.with(List.of(id), () -> {
            var depth = underWay.remove(id);
            if (depth == null) {
                throw new IOException(id + " was deleted while it came back");
            }
            images.note(returning(id), notes);
            images.adopt(returning(id), id.value(), depth);
            return true;
        });
    }

    @Override
    public void abandon(SnapshotId id) {
        underWay.remove(id);
        try {
            removeUnlessUnderWay(id);
        } catch (IOException e) {
            // The next look at what is left finds it.
            LOG.debugf("what came back of %s is removed later: %s", id, e.getMessage());
        }
    }

    /** A snapshot is deleted: it does not come back. */
    void forget(SnapshotId id) {
        underWay.remove(id);
    }

    /** Removes what was to come back and is not under way, such as after a crash. */
    void sweep() throws IOException {
        for (var image : images.named(RETURNING + SnapshotId.PREFIX)) {
            removeUnlessUnderWay(new SnapshotId(image.substring(RETURNING.length())));
        }
    }

    private void removeUnlessUnderWay(SnapshotId id) throws IOException {
        locks.with(List.of(id), () -> {
            if (!underWay.containsKey(id)) {
                images.removeOpen(returning(id));
            }
            return true;
        });
    }
}
