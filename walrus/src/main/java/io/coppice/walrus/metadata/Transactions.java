package io.coppice.walrus.metadata;

import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import org.hibernate.StatelessSession;

/** Runs work in a database transaction of its own. Thread-safe. */
@FunctionalInterface
public interface Transactions {
    /**
     * Runs {@code work} and commits; whatever it throws rolls back and is passed on. The session is good within
     * {@code work} only.
     */
    <T> T call(Function<StatelessSession, T> work);

    /**
     * Runs one plain statement, which commits by itself; what it throws is passed on as a {@link PersistenceException}. For
     * the few requests that come by the thousand: anything else is better off with {@link #call}.
     */
    default <T> T single(Statement<T> work) {
        return call(session -> session.doReturningWork(work::run));
    }

    /** One statement on a connection that is good within {@link #run} only. */
    @FunctionalInterface
    interface Statement<T> {
        /** Runs the statement and reads what it gives. */
        T run(Connection connection) throws SQLException;
    }
}
