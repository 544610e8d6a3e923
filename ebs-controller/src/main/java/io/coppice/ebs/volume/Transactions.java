package io.coppice.ebs.volume;

import java.util.function.Function;
import org.hibernate.StatelessSession;

/** Runs work in a database transaction of its own. Thread-safe. */
@FunctionalInterface
public interface Transactions {
    /** Runs {@code work} and commits; whatever it throws rolls back and is passed on. */
    <T> T call(Function<StatelessSession, T> work);
}
