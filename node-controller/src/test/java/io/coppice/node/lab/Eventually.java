package io.coppice.node.lab;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what takes a while, without a fixed sleep. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private Eventually() {}

    /** Returns when the condition holds; fails, naming {@code what}, when it does not within 90 seconds. */
    public static void eventually(String what, Callable<Boolean> condition) throws Exception {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            Thread.sleep(50);
        }
    }
}
