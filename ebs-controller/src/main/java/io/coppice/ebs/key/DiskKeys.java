package io.coppice.ebs.key;

import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.util.Optional;

/** Knows the keys of volumes and snapshots. Implementations are thread-safe. */
@FunctionalInterface
public interface DiskKeys {
    /** For where nothing is encrypted. */
    DiskKeys NONE = id -> Optional.empty();

    /**
     * The key of a volume or snapshot; empty when it is not encrypted.
     *
     * @throws IOException when it is, and its key cannot be had
     */
    Optional<DiskKey> of(ResourceId id) throws IOException;

    /** The key of a volume or snapshot whose bytes are encrypted; {@link IOException} when there is none. */
    default DiskKey require(ResourceId id) throws IOException {
        return of(id).orElseThrow(() -> new IOException(id + " is encrypted, and its key is not known"));
    }
}
