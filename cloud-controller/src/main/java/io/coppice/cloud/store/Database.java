package io.coppice.cloud.store;

import jakarta.persistence.EntityManager;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs work in a transaction of the Cloud Controller's database: the caller's when it has one, else a new one that is
 * committed when the work returns and rolled back when it throws. Thread-safe; the entity manager it hands out is good
 * for the calling thread during the work only.
 */
public interface Database {
    /** Runs the work and gives its result. Rows that it returns are no longer watched for changes. */
    <T> T call(Function<EntityManager, T> work);

    /**
     * As {@link #call}, for work that changes nothing: rows are neither watched nor written back, which spares the copy
     * and the comparison of each. Joined to a caller's transaction it is the same as {@link #call}.
     */
    default <T> T read(Function<EntityManager, T> work) {
        return call(work);
    }

    /** As {@link #call}, without a result. */
    default void run(Consumer<EntityManager> work) {
        call(entities -> {
            work.accept(entities);
            return true;
        });
    }

    /** Whether the calling thread has a transaction, which {@link #call} would join. */
    boolean inTransaction();

    /**
     * Runs this once the calling thread's transaction has been committed, so that who is told of a change finds it; never, when
     * it is rolled back; at once, when there is none. The work must not block, use the database, or throw.
     */
    void afterCommit(Runnable work);
}
