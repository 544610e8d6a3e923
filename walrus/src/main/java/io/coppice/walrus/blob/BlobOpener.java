package io.coppice.walrus.blob;

import java.io.IOException;

/** Begins to keep bytes, wherever those of their length are kept. Thread-safe. */
@FunctionalInterface
public interface BlobOpener {
    /**
     * Begins a new blob.
     *
     * @param expectedBytes how long it will be, or -1 when that is not known; room is checked against it
     * @throws InsufficientSpaceException when the store cannot hold that much
     */
    BlobWriter begin(long expectedBytes) throws IOException;
}
