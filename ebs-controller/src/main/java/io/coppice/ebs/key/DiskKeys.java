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
}
