package io.coppice.ebs.copy;

import io.coppice.ebs.layer.LayerName;
import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Snapshots that are disks each. The copy of one is a layer: a list of the pieces of the disk that differ from the copy of an
 * ancestor, which is the layer below.
 */
final class DiskHome extends SnapshotHome {
    /** A copy is read by way of the lists of all of its layers. */
    private static final int MOST_LAYERS = 32;

    private final Transactions transactions;
    private final CopyBook book;
    private final SnapshotDisks disks;

    DiskHome(Transactions transactions, CopyBook book, SnapshotDisks disks) {
        this.transactions = transactions;
        this.book = book;
        this.disks = disks;
    }

    @Override
    boolean isWhole(SnapshotId id) throws IOException {
        return disks.isWhole(id);
    }

    @Override
    Optional<List<SnapshotManifest.Layer>> send(SnapshotId id, LayerSending sending) throws IOException {
        if (!disks.isWhole(id)) {
            return Optional.empty();
        }
        var bytes = disks.sizeBytes(id);
        var layer = transactions.call(session -> book.begin(session, id, LayerName.fresh()));
        var base = base(id, layer, bytes);
        var plan = LayerManifest.plan(
                layer, base.map(Base::layer), bytes, Optional.of(new LayerManifest.Disk(id, disks.notes(id))));
        var chain = base.isEmpty()
                ? List.<SnapshotManifest.Layer>of()
                : transactions.call(session -> book.chain(session, base.get().layer()));
        var sum = sending.send(plan, () -> {
            var chunks = samePieces(DiskLayers.read(chain, sending.courier()), plan);
            return DiskContent.open(disks, id, plan, new DiskContent.Over(chunks, base.flatMap(Base::snapshot)));
        });
        disks.copied(id);
        var all = new ArrayList<>(chain);
        all.add(new SnapshotManifest.Layer(layer, sum));
        return Optional.of(all);
    }

    /**
     * What a copy is over.
     *
     * @param snapshot whose copy that is; empty when that is gone
     */
    private record Base(LayerName layer, Optional<SnapshotId> snapshot) {}

    /** What the copy is over since it was begun; for one that begins, the nearest ancestor that is copied. */
    private Optional<Base> base(SnapshotId id, LayerName layer, long bytes) throws IOException {
        var begun = transactions.call(session -> book.below(session, layer));
        if (begun.isPresent() && begun.get().isEmpty()) {
            return Optional.empty();
        }
        for (var ancestor : disks.ancestors(id)) {
            var copy = transactions.call(session -> book.copied(session, ancestor));
            if (copy.isPresent()
                    && (begun.isPresent() ? isSame(begun.get(), copy.get()) : mayLieBelow(copy.get(), bytes))) {
                return Optional.of(new Base(copy.get().layer(), Optional.of(ancestor)));
            }
        }
        return begun.flatMap(known -> known).map(known -> new Base(known, Optional.empty()));
    }

    private static boolean isSame(Optional<LayerName> begun, CopyBook.LayerCopy copy) {
        return begun.equals(Optional.of(copy.layer()));
    }

    private boolean mayLieBelow(CopyBook.LayerCopy copy, long bytes) {
        return LayerManifest.chunkBytes(copy.bytes()) == LayerManifest.chunkBytes(bytes)
                && transactions
                                .call(session -> book.chain(session, copy.layer()))
                                .size()
                        < MOST_LAYERS;
    }

    /** The pieces of a smaller disk that are pieces of this one too. */
    private static List<Chunk> samePieces(DiskLayers below, LayerManifest plan) {
        return below.chunks().subList(0, below.wholePieces(plan));
    }

    @Override
    void bringBack(SnapshotManifest copy, LayerCourier courier) throws IOException {
        var id = copy.snapshot();
        var layers = DiskLayers.read(copy.layers(), courier);
        layers.requireSnapshot(id);
        var from = 0;
        var over = Optional.<SnapshotId>empty();
        for (int i = copy.layers().size() - 2; i >= 0 && over.isEmpty(); i--) {
            var below = layers.snapshot(i);
            if (disks.isWhole(below)) {
                over = Optional.of(below);
                from = i + 1;
            }
        }
        fill(id, layers.over(from), over, courier);
    }

    private void fill(SnapshotId id, DiskLayers layers, Optional<SnapshotId> over, LayerCourier courier)
            throws IOException {
        var pieces = layers.pieces();
        requireRoom(pieces.stream().mapToLong(LayerCourier.Piece::bytes).sum(), disks.freeBytes());
        var done = false;
        try {
            try (var disk = disks.begin(id, layers.bytes(), over)) {
                if (over.isPresent()) {
                    for (var hole : layers.holes()) {
                        disk.writeZeroes(hole.manifest().offsetOf(hole.index()), hole.bytes());
                    }
                }
                courier.fetch(pieces, disk::write);
                disk.flush();
            }
            disks.finish(id, layers.notes());
            done = true;
        } finally {
            if (!done) {
                disks.abandon(id);
            }
        }
    }
}
