package io.coppice.cloud.store;

import java.sql.SQLException;
import java.util.Optional;

/** Tells a database that is away, or has no room, from one that refuses. */
public final class DatabaseFailures {
    private static final int MAX_CAUSES = 20;
    private static final String DISK_FULL = "53100";

    private DatabaseFailures() {}

    /**
     * Whether somewhere in the chain of causes a connection could not be had or was lost: SQLSTATE class 08, or 57P
     * (PostgreSQL: the server shuts down or starts), or none at all, which is how the connection pool tells of a time-out;
     * or whether the server is out of disk, memory or connections: class 53.
     */
    public static boolean unavailable(Throwable failure) {
        return database(failure)
                .map(sql -> {
                    var state = sql.getSQLState();
                    return state == null || state.startsWith("08") || state.startsWith("53") || state.startsWith("57P");
                })
                .orElse(false);
    }

    /** What the database itself said, in one line and with what to do where that is known. */
    public static String reason(Throwable failure) {
        var sql = database(failure);
        var said = sql.map(Throwable::getMessage).orElseGet(failure::getMessage);
        var line = String.valueOf(said).lines().findFirst().orElse("");
        return DISK_FULL.equals(sql.map(SQLException::getSQLState).orElse(""))
                ? line + " (make room where the database's files are; it goes on by itself)"
                : line;
    }

    private static Optional<SQLException> database(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                // A batch tells of its first statement; the reason is the next in line.
                return Optional.of(sql.getNextException() == null ? sql : sql.getNextException());
            }
        }
        return Optional.empty();
    }
}
