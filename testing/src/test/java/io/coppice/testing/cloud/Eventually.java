package io.coppice.testing.cloud;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what must become true, and says what was seen last when it does not. */
public final class Eventually {
    private static final long PAUSE_MILLIS = 200;

    private Eventually() {}

    /** Looks until the predicate holds and returns what was seen then. */
    public static <T> T eventually(String what, Duration limit, Supplier<T> look, Predicate<T> wanted) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var seen = look.get();
            if (wanted.test(seen)) {
                return seen;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(what + " did not come within " + limit + "; last seen: " + seen);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
