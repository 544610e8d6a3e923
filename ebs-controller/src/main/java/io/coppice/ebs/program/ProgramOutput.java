package io.coppice.ebs.program;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Hears what programs say while they run. Each stream has a thread of its own: who hears it is blocked until the program
 * ends, which may take hours. In the pool that {@link CompletableFuture} takes when it is told of no other, which has one
 * thread on a machine with two processors, one such program would hold up all others. Thread-safe.
 */
public final class ProgramOutput {
    private ProgramOutput() {}

    /**
     * Begins to hear one stream of a program.
     *
     * @param listener reads it to its end
     * @return what the listener returned; of what it throws as {@link CompletableFuture#supplyAsync}
     */
    public static <T> CompletableFuture<T> hear(Supplier<T> listener) {
        // A read of a pipe blocks the thread of the system, so that a virtual one would be no cheaper.
        return CompletableFuture.supplyAsync(
                listener,
                work -> Thread.ofPlatform().daemon().name("program-output").start(work));
    }
}
