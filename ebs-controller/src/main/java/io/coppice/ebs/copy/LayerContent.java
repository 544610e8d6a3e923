package io.coppice.ebs.copy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a layer that is copied holds: that of its file, or of a disk. Thread-safe. */
interface LayerContent extends AutoCloseable {
    /** What is known of the piece of that number without reading it. */
    Optional<Chunk> known(int index);

    /** The piece of that number in the layer below, if it may be left out where it is the same. */
    Optional<Chunk> below(int index);

    /** Fills what remains of {@code into} with what lies at {@code offset}, bytes, and behind it. */
    void read(long offset, ByteBuffer into) throws IOException;

    /** Throws unless what was read is what is to be copied, all of it. */
    void prove() throws IOException;

    @Override
    void close() throws IOException;
}
