package io.coppice.ebs.copy;

import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The layers of a copied disk, and for each of its pieces the uppermost layer that has it.
 *
 * @param layers from the lowest up; none for no disk at all
 * @param pieces of the disk in their order; empty where what lies below the lowest layer has it
 */
record DiskLayers(List<LayerManifest> layers, List<Optional<LayerCourier.Piece>> sources) {
    DiskLayers {
        layers = List.copyOf(layers);
        sources = List.copyOf(sources);
    }

    /** All of a copy: nothing lies below the lowest of these layers. */
    static DiskLayers read(List<SnapshotManifest.Layer> chain, LayerCourier courier) throws IOException {
        var layers = new ArrayList<LayerManifest>();
        for (var each : chain) {
            var manifest = courier.manifest(each);
            var below = layers.isEmpty()
                    ? Optional.empty()
                    : Optional.of(layers.getLast().layer());
            if (manifest.disk().isEmpty()) {
                throw new IOException("the copy is one of layers' files, which no disk in Ceph can be made of");
            }
            if (!manifest.below().equals(below)) {
                throw new IOException("the layer " + manifest.layer() + " does not lie over the one that it should");
            }
            layers.add(manifest);
        }
        var all = of(layers);
        if (all.sources().stream().anyMatch(Optional::isEmpty)) {
            throw new IOException("the copy lacks pieces that it should have");
        }
        return all;
    }

    private static DiskLayers of(List<LayerManifest> layers) throws IOException {
        List<Optional<LayerCourier.Piece>> sources = new ArrayList<>();
        for (var layer : layers) {
            var next = new ArrayList<Optional<LayerCourier.Piece>>();
            for (int index = 0; index < layer.chunks().size(); index++) {
                var own = new LayerCourier.Piece(layer, index);
                if (!own.chunk().equals(Chunk.BELOW)) {
                    next.add(Optional.of(own));
                } else if (index < sources.size()) {
                    requireSamePiece(sources.get(index), own);
                    next.add(sources.get(index));
                } else {
                    next.add(Optional.empty());
                }
            }
            sources = next;
        }
        return new DiskLayers(layers, sources);
    }

    private static void requireSamePiece(Optional<LayerCourier.Piece> below, LayerCourier.Piece own)
            throws IOException {
        if (below.isPresent()
                && (below.get().bytes() != own.bytes()
                        || below.get().manifest().chunkBytes() != own.manifest().chunkBytes())) {
            throw new IOException("a piece of the layer " + own.manifest().layer() + " is not that of the one below");
        }
    }

    /** The layers from that number on, over a disk that has what the others have. */
    DiskLayers over(int from) throws IOException {
        return from == 0 ? this : of(layers.subList(from, layers.size()));
    }

    /** How large the disk is. */
    long bytes() {
        return layers.getLast().bytes();
    }

    /** Whose disk the layer of that number is, with all below it. */
    SnapshotId snapshot(int layer) {
        return layers.get(layer).disk().orElseThrow().snapshot();
    }

    /** What is written down with the disk. */
    Map<String, String> notes() {
        return layers.getLast().disk().orElseThrow().notes();
    }

    /** Throws when this is not the disk of that snapshot. */
    void requireSnapshot(SnapshotId id) throws IOException {
        if (layers.isEmpty() || !snapshot(layers.size() - 1).equals(id)) {
            throw new IOException("the layers of the copy are not those of " + id);
        }
    }

    /** What each piece of a whole disk holds. */
    List<Chunk> chunks() {
        return sources.stream().map(piece -> piece.orElseThrow().chunk()).toList();
    }

    /** How many pieces from the beginning have the same place and length in that disk. */
    int wholePieces(LayerManifest disk) {
        if (layers.isEmpty() || layers.getLast().chunkBytes() != disk.chunkBytes()) {
            return 0;
        }
        return bytes() == disk.bytes() ? sources.size() : (int) (Math.min(bytes(), disk.bytes()) / disk.chunkBytes());
    }

    /** What is to be brought: the pieces that these layers have and that hold something. */
    List<LayerCourier.Piece> pieces() {
        return sources.stream()
                .flatMap(Optional::stream)
                .filter(piece -> piece.chunk().hasObject())
                .toList();
    }

    /** What these layers have of zeros. */
    List<LayerCourier.Piece> holes() {
        return sources.stream()
                .flatMap(Optional::stream)
                .filter(piece -> piece.chunk().equals(Chunk.ZEROS))
                .toList();
    }
}
