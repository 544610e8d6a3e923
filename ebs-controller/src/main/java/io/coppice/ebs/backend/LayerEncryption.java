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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Encrypts what plain snapshots hold, for volumes and copies that are to be encrypted: in layers of their own, in the
 * background, some at a time. What a restart cuts off begins anew. Thread-safe.
 */
public final class LayerEncryption {
    private static final Logger LOG = Logger.getLogger(LayerEncryption.class);

    private final Layers layers;
    private final DiskKeys keys;
    private final Copier copier;
    private final Semaphore slots;
    private final Map<ResourceId, Copy> copies = new ConcurrentHashMap<>();

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

    /** The work on one volume or snapshot; done when its thread has ended. */
    private static final class Copy {
        private volatile Optional<IOException> failure = Optional.empty();
        private volatile Optional<Path> filled = Optional.empty();
        private volatile boolean abandoned;
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
        this.slots = new Semaphore(atOnce);
    }

    /** For where nothing is encrypted. */
    public static LayerEncryption none(Layers layers) {
        return new LayerEncryption(layers, DiskKeys.NONE, Copier.NOTHING, 1);
    }

    /** The key that this volume or snapshot is to be encrypted with; empty when it is not to be. */
    Optional<DiskKey> keyOf(ResourceId id) throws IOException {
        return keys.of(id);
    }

    /**
     * Whether {@code id} has its own encrypted layer by now; begins with it otherwise. Throws what the last attempt broke off
     * with; the next call begins another.
     */
    boolean finish(ResourceId id, Path plain, long sizeBytes, DiskKey key) throws IOException {
        var known = copies.get(id);
        if (known == null) {
            var copy = new Copy();
            copies.put(id, copy);
            Thread.ofVirtual().name("encrypt-" + id).start(() -> inSlot(id, plain, sizeBytes, key, copy));
            return false;
        }
        if (known.failure.isPresent()) {
            copies.remove(id);
            throw new IOException("what it is made from could not be encrypted", known.failure.get());
        }
        if (known.filled.isEmpty()) {
            return false;
        }
        layers.adopt(id, known.filled.get());
        copies.remove(id);
        return true;
    }

    /** Nobody wants it any more. */
    void forget(ResourceId id) throws IOException {
        var known = copies.remove(id);
        if (known != null) {
            known.abandoned = true;
            if (known.filled.isPresent()) {
                Files.deleteIfExists(known.filled.get());
            }
        }
    }

    private void inSlot(ResourceId id, Path plain, long sizeBytes, DiskKey key, Copy copy) {
        try {
            slots.acquire();
            try {
                if (!copy.abandoned) {
                    var filled = fill(id, plain, sizeBytes, key);
                    copy.filled = Optional.of(filled);
                    if (copy.abandoned) {
                        Files.deleteIfExists(filled);
                    }
                }
            } finally {
                slots.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            copy.failure = Optional.of(new IOException("interrupted", e));
        } catch (IOException e) {
            LOG.warnf(e, "what %s is made from could not be encrypted; it is begun again", id);
            copy.failure = Optional.of(e);
        } catch (RuntimeException e) {
            // The boundary of this thread: whoever waits for it must not wait for ever.
            LOG.errorf(e, "the encryption of what %s is made from broke off; it is begun again", id);
            copy.failure = Optional.of(new IOException("the encryption broke off", e));
        }
    }

    private Path fill(ResourceId id, Path plain, long sizeBytes, DiskKey key) throws IOException {
        var prepared = layers.prepare(id, sizeBytes, key);
        copier.copy(plain, prepared, key);
        try (var channel = FileChannel.open(prepared, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        return prepared;
    }
}
