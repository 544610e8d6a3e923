package io.coppice.cloud.store;

import java.sql.SQLException;

/** Tells a database that is away from one that refuses. */
public final class DatabaseFailures {
    private static final int MAX_CAUSES = 20;

    private DatabaseFailures() {}

    /**
     * Whether somewhere in the chain of causes a connection could not be had or was lost: SQLSTATE class 08, or 57P
     * (PostgreSQL: the server shuts down or starts), or none at all, which is how the connection pool tells of a time-out.
     */
    public static boolean unavailable(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                var state = sql.getSQLState();
                return state == null || state.startsWith("08") || state.startsWith("57P");
            }
        }
        return false;
    }
}
