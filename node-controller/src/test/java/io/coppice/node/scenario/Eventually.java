package io.coppice.node.scenario;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what must come to pass. */
final class Eventually {
    /** Generous: a slow machine is no failure. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Eventually() {}

    static void eventually(String what, BooleanSupplier condition) {
        eventually(what, PATIENCE, condition, () -> "");
    }

    static void eventually(String what, Duration patience, BooleanSupplier condition, Supplier<String> facts) {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + patience + ": " + what + "; " + facts.get());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
        }
    }
}
