package io.coppice.walrus.body;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bytes that are pulled piece by piece by one thread, which waits for them. */
public interface BodySource {
    /** A body of no bytes. */
    BodySource EMPTY = () -> null;

    /** The next bytes, at least one; null at the end. */
    @Nullable
    ByteBuffer next() throws IOException;

    /** Fields that came after the last byte, names in lower case; complete once {@link #next} returned null. */
    default Map<String, String> trailers() {
        return Map.of();
    }
}
