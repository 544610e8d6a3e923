package io.coppice.walrus.blob;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes one blob. Nothing of it is visible before {@link #commit}; closing without it leaves nothing. Not thread-safe. */
public interface BlobWriter extends Closeable {
    /** Appends all that remains in {@code bytes}. Throws {@link InsufficientSpaceException} when the store is full. */
    void write(ByteBuffer bytes) throws IOException;

    /** Makes the blob durable and visible, and returns it. Called at most once. */
    StoredBlob commit() throws IOException;

    /** Gives the blob up unless it was committed. */
    @Override
    void close() throws IOException;
}
