package io.coppice.ebs.copy;

import io.coppice.ebs.nbd.OpenDisk;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The disk of a snapshot over that of a copied one: holes are not read, nor what is known not to differ, and what is read and
 * does not differ is not sent.
 */
final class DiskContent implements LayerContent {
    private final SnapshotDisks disks;
    private final SnapshotId snapshot;
    private final LayerManifest plan;
    private final List<Chunk> below;
    private final BitSet allocated;
    private final Optional<BitSet> changed;
    private final OpenDisk disk;

    private DiskContent(SnapshotDisks disks, SnapshotId snapshot, LayerManifest plan, Over over) throws IOException {
        this.disks = disks;
        this.snapshot = snapshot;
        this.plan = plan;
        this.below = over.chunks();
        this.allocated = new BitSet();
        disks.allocated(snapshot, (offset, bytes) -> mark(allocated, offset, bytes));
        var different = new BitSet();
        this.changed = over.snapshot().isPresent()
                        && disks.changed(
                                snapshot, over.snapshot().get(), (offset, bytes) -> mark(different, offset, bytes))
                ? Optional.of(different)
                : Optional.empty();
        this.disk = disks.read(snapshot);
    }

    /**
     * What lies below.
     *
     * @param chunks all of the copied disk below, as long as they are the same pieces; none of them {@link Chunk#BELOW}
     * @param snapshot whose disk that is, if it may be here
     */
    record Over(List<Chunk> chunks, Optional<SnapshotId> snapshot) {
        static final Over NOTHING = new Over(List.of(), Optional.empty());

        Over {
            chunks = List.copyOf(chunks);
        }
    }

    static DiskContent open(SnapshotDisks disks, SnapshotId snapshot, LayerManifest plan, Over over)
            throws IOException {
        return new DiskContent(disks, snapshot, plan, over);
    }

    private void mark(BitSet pieces, long offset, long bytes) {
        var end = Math.min(offset + bytes, plan.bytes());
        if (offset < end) {
            pieces.set((int) (offset / plan.chunkBytes()), (int) ((end - 1) / plan.chunkBytes()) + 1);
        }
    }

    @Override
    public Optional<Chunk> known(int index) {
        if (index < below.size() && changed.isPresent() && !changed.get().get(index)) {
            return Optional.of(Chunk.BELOW);
        }
        return allocated.get(index) ? Optional.empty() : Optional.of(Chunk.ZEROS);
    }

    @Override
    public Optional<Chunk> below(int index) {
        return index < below.size() ? Optional.of(below.get(index)) : Optional.empty();
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        disk.read(offset, into);
    }

    @Override
    public void prove() throws IOException {
        if (disk.sizeBytes() != plan.bytes()) {
            throw new IOException(snapshot + " is not as large as it was");
        }
        // What is deleted while it is read may read as zeros.
        if (!disks.isWhole(snapshot)) {
            throw new IOException(snapshot + " went while it was copied");
        }
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }
}
