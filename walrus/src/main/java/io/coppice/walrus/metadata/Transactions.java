package io.coppice.walrus.metadata;

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
}
