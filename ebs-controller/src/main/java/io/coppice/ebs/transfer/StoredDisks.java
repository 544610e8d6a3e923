package io.coppice.ebs.transfer;

import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.util.Optional;

/** Finds what transfers read and write. Thread-safe. */
@FunctionalInterface
public interface StoredDisks {
    /** The disk of a volume or a snapshot; empty when there is none. */
    Optional<StoredDisk> find(ResourceId id) throws IOException;
}
