package io.coppice.cloud.database;

import java.util.function.Supplier;

/** Where a feature's unit of work begins and ends. Thread-safe. */
public interface Transactions {
    /**
     * Runs the work in the current transaction, or in a new one that is committed at its end. Any exception rolls back and
     * is passed on unchanged.
     */
    <T> T call(Supplier<T> work);

    /** {@link #call} for work without a result. */
    default void run(Runnable work) {
        call(() -> {
            work.run();
            return Boolean.TRUE;
        });
    }
}
