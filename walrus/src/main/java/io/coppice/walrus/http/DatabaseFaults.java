package io.coppice.walrus.http;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.wire.error.AwsException;
import java.sql.SQLException;
import java.util.Optional;

/** What the failures of PostgreSQL mean to a client of S3 (PostgreSQL, appendix A "Error codes"). */
final class DatabaseFaults {
    private static final String DEADLOCK = "40P01";
    private static final String SERIALIZATION = "40001";
    private static final String FOREIGN_KEY = "23503";
    private static final String CONNECTION_CLASS = "08";
    private static final String SHUTDOWN_CLASS = "57P";
    private static final String NO_RESOURCES_CLASS = "53";

    private DatabaseFaults() {}

    /** The answer to a failure whose cause lies in the database; empty when it does not, or is a fault of ours. */
    static Optional<AwsException> translate(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof SQLException sql) {
                return ofState(String.valueOf(sql.getSQLState()));
            }
        }
        return Optional.empty();
    }

    private static Optional<AwsException> ofState(String state) {
        if (state.equals(DEADLOCK) || state.equals(SERIALIZATION)) {
            return Optional.of(S3Errors.operationAborted());
        }
        if (state.equals(FOREIGN_KEY)) {
            return Optional.of(S3Errors.noSuchBucket());
        }
        return state.startsWith(CONNECTION_CLASS)
                        || state.startsWith(SHUTDOWN_CLASS)
                        || state.startsWith(NO_RESOURCES_CLASS)
                        || state.equals("null")
                ? Optional.of(S3Errors.unavailable())
                : Optional.empty();
    }
}
