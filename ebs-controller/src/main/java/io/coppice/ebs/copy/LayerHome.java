package io.coppice.ebs.copy;

import io.coppice.ebs.layer.LayerName;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.nbd.OpenDisk;
import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Snapshots in layers, whose files are copied as they are: see ADR 23. What was copied of a disk in Ceph becomes a layer of its
 * own.
 */
final class LayerHome extends SnapshotHome {
    private static final Logger LOG = Logger.getLogger(LayerHome.class);

    private final Transactions transactions;
    private final CopyBook book;
    private final Layers layers;

    LayerHome(Transactions transactions, CopyBook book, Layers layers) {
        this.transactions = transactions;
        this.book = book;
        this.layers = layers;
    }

    @Override
    boolean isWhole(SnapshotId id) throws IOException {
        return layers.isWhole(id);
    }

    @Override
    Optional<List<SnapshotManifest.Layer>> send(SnapshotId id, LayerSending sending) throws IOException {
        try {
            var top = layers.find(id);
            if (top.isEmpty()) {
                return Optional.empty();
            }
            transactions.call(session -> book.begin(session, id, LayerName.of(top.get())));
            var sent = new ArrayList<SnapshotManifest.Layer>();
            for (var file : layers.chain(top.get()).reversed()) {
                var below = layers.below(file).map(LayerName::of);
                var plan = LayerManifest.plan(LayerName.of(file), below, Files.size(file), Optional.empty());
                sent.add(new SnapshotManifest.Layer(
                        plan.layer(), sending.send(plan, () -> FileContent.open(file, plan))));
            }
            return Optional.of(sent);
        } catch (NoSuchFileException e) {
            // Deleted meanwhile, or lost; what was copied of it goes when the snapshot is known to be gone.
            LOG.infof("%s cannot be copied: a layer of it is not there", id);
            return Optional.empty();
        }
    }

    @Override
    void bringBack(SnapshotManifest copy, LayerCourier courier) throws IOException {
        if (courier.manifest(copy.layers().getLast()).disk().isPresent()) {
            fill(copy.snapshot(), DiskLayers.read(copy.layers(), courier), courier);
        } else {
            bringFilesBack(copy, courier);
        }
    }

    /** One layer with all that a disk of another kind of storage holds. */
    private void fill(SnapshotId id, DiskLayers disk, LayerCourier courier) throws IOException {
        disk.requireSnapshot(id);
        if (!disk.notes().isEmpty()) {
            throw new IOException("the disk of " + id + " cannot be read without what its own zone knows of it");
        }
        var pieces = disk.pieces();
        requireRoom(
                pieces.stream().mapToLong(LayerCourier.Piece::bytes).sum(),
                Files.getFileStore(layers.folder()).getUsableSpace());
        var file = layers.prepare(id, disk.bytes());
        try (var open = OpenDisk.open(Layers.imageOptions(file), OpenDisk.Use.WRITING, sockets())) {
            courier.fetch(pieces, open::write);
            open.flush();
        }
        layers.adopt(id, file);
    }

    private Path sockets() {
        return layers.folder().resolveSibling("sockets");
    }

    private void bringFilesBack(SnapshotManifest copy, LayerCourier courier) throws IOException {
        var chain = new ArrayList<LayerName>();
        for (var layer : copy.layers()) {
            if (!layers.has(layer.name())) {
                fetch(layer, courier);
            }
            chain.add(layer.name());
        }
        layers.bringBack(copy.snapshot(), chain);
    }

    private void fetch(SnapshotManifest.Layer layer, LayerCourier courier) throws IOException {
        var manifest = courier.manifest(layer);
        requireRoom(manifest.bytes(), Files.getFileStore(layers.folder()).getUsableSpace());
        write(manifest, courier, layers.returning(layer.name()));
    }

    /** Writes a layer's file as it was copied, and makes it durable. What was in it is replaced. */
    private static void write(LayerManifest manifest, LayerCourier courier, Path file) throws IOException {
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var pieces = IntStream.range(0, manifest.chunks().size())
                    .mapToObj(index -> new LayerCourier.Piece(manifest, index))
                    .filter(piece -> piece.chunk().hasObject())
                    .toList();
            courier.fetch(pieces, (offset, content) -> {
                while (content.hasRemaining()) {
                    channel.write(content, offset + content.position());
                }
            });
            // Should it end with a hole.
            var last = manifest.bytes() - 1;
            if (channel.size() <= last) {
                channel.write(ByteBuffer.allocate(1), last);
            }
            channel.force(true);
        }
    }
}
