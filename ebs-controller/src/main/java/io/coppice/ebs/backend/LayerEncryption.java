package io.coppice.ebs.backend;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Which layers are encrypted, and how: new ones for what plain snapshots hold are filled in the background. Thread-safe. */
public final class LayerEncryption {
    private final Layers layers;
    private final DiskKeys keys;
    private final Copier copier;
    private final EncryptedCopies copies;

    /** Reads a plain layer with all below it, and writes what it holds. */
    @FunctionalInterface
    public interface Copier {
        /** For where layers hold nothing. */
        Copier NOTHING = (plain, encrypted, key) -> {};

        /**
         * Returns when all of it is written.
         *
         * @param encrypted an empty layer that this key opens, of the plain one's size or larger
         */
        void copy(Path plain, Path encrypted, DiskKey key) throws IOException;
    }

    /**
     * Fills new layers of {@code layers}.
     *
     * @param keys which volumes and snapshots are encrypted, and how
     * @param atOnce how many are filled at a time, 1 or more
     */
    public LayerEncryption(Layers layers, DiskKeys keys, Copier copier, int atOnce) {
        this.layers = layers;
        this.keys = keys;
        this.copier = copier;
        this.copies = new EncryptedCopies(atOnce);
    }

    /** For where nothing is encrypted. */
    public static LayerEncryption none(Layers layers) {
        return new LayerEncryption(layers, DiskKeys.NONE, Copier.NOTHING, 1);
    }

    /** The key that this volume or snapshot is to be encrypted with; empty when it is not to be. */
    Optional<DiskKey> keyOf(ResourceId id) throws IOException {
        return keys.of(id);
    }

    /** As {@link EncryptedCopies#finish}, of a plain layer and all below it. */
    boolean finish(ResourceId id, Path plain, long sizeBytes, DiskKey key) throws IOException {
        return copies.finish(id, new NewLayer(id, plain, sizeBytes, key));
    }

    /** Nobody wants it any more. */
    void forget(ResourceId id) throws IOException {
        copies.forget(id);
    }

    /** The encrypted layer of a volume or snapshot that is to be. For one thread at a time. */
    private final class NewLayer implements EncryptedCopies.Target {
        private final ResourceId id;
        private final Path plain;
        private final long sizeBytes;
        private final DiskKey key;
        private volatile Optional<Path> prepared = Optional.empty();

        NewLayer(ResourceId id, Path plain, long sizeBytes, DiskKey key) {
            this.id = id;
            this.plain = plain;
            this.sizeBytes = sizeBytes;
            this.key = key;
        }

        @Override
        public void fill() throws IOException {
            var layer = layers.prepare(id, sizeBytes, key);
            prepared = Optional.of(layer);
            copier.copy(plain, layer, key);
            try (var channel = FileChannel.open(layer, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }

        @Override
        public void adopt() throws IOException {
            layers.adopt(id, prepared.orElseThrow());
        }

        @Override
        public void discard() throws IOException {
            if (prepared.isPresent()) {
                Files.deleteIfExists(prepared.get());
            }
        }
    }
}
