package io.coppice.server.demo;

import io.coppice.server.process.Waiting;
import java.time.Duration;
import java.util.function.Supplier;

/** Says what a step must see. */
final class Expect {
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
}
