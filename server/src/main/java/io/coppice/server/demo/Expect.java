package io.coppice.server.demo;

import io.coppice.server.process.Waiting;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/** Says what a step must see. */
final class Expect {
    /** One look among several must leave time for the others. */
    private static final int LOOKS = 6;

    private Expect() {}

    /** Fails with the sentence when it is not so. */
    static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new DemoFailure(otherwise);
        }
    }

    /** Looks again until the wanted value is seen; fails with the last one seen when the limit is reached. */
    static <T> void eventually(String what, Duration limit, T wanted, Supplier<T> look) {
        var seen = new Object[1];
        var reached = Waiting.until(limit, () -> {
            seen[0] = look.get();
            return wanted.equals(seen[0]);
        });
        that(reached, what + " is " + seen[0] + " after " + limit.toSeconds() + " s; expected " + wanted);
    }

    /**
     * As {@link #eventually(String, Duration, Object, Supplier)}, for a look that may hang: it is told how long it may take, so
     * that one which found nobody to talk to is not the last.
     */
    static <T> void eventually(String what, Duration limit, T wanted, Function<Duration, T> look) {
        var share = limit.dividedBy(LOOKS);
        eventually(what, limit, wanted, () -> look.apply(share));
    }
}
