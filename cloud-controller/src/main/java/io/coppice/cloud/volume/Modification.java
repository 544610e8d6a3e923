package io.coppice.cloud.volume;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The last change that was asked of a volume.
 *
 * @param state modifying, completed or failed
 * @param message why it failed; empty otherwise
 * @param endedAt null while it is under way
 */
record Modification(
        String volumeId,
        String state,
        String message,
        Volume.Shape original,
        Volume.Shape target,
        Instant startedAt,
        @Nullable Instant endedAt) {
    private static final long DONE = 100L;

    /** Per cent. */
    long progress() {
        return state.equals("completed") ? DONE : 0L;
    }
}
