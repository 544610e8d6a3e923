package io.coppice.cloud.store;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A named duty that one process of the cloud holds at a time: a session-level advisory lock of PostgreSQL, so it is free
 * again as soon as the holder's connection is gone. Used by one thread at a time.
 */
public final class Lease implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Lease.class);
    private static final int ALIVE_TIMEOUT_SECONDS = 5;

    private final DataSource database;
    private final String name;
    private @Nullable Connection connection;

    /** A lease that is not held yet. */
    public Lease(DataSource database, String name) {
        this.database = database;
        this.name = name;
    }

    /** Takes the lease, or checks that it is still held. False when another process has it or the database is away. */
    public boolean hold() {
        var held = connection;
        try {
            if (held != null && held.isValid(ALIVE_TIMEOUT_SECONDS)) {
                return true;
            }
        } catch (SQLException e) {
            LOG.debugf(e, "cannot check the lease %s", name);
        }
        close();
        return take();
    }

    /** Gives the lease back. */
    @Override
    public void close() {
        var held = connection;
        connection = null;
        if (held == null) {
            return;
        }
        try (held;
                var unlock = held.prepareStatement("SELECT pg_advisory_unlock(?)")) {
            unlock.setLong(1, key());
            unlock.execute();
        } catch (SQLException e) {
            // The session is broken, so the lock went with it.
            LOG.debugf(e, "cannot give back the lease %s", name);
        }
    }

    private boolean take() {
        try {
            var candidate = database.getConnection();
            if (lock(candidate)) {
                connection = candidate;
                return true;
            }
            candidate.close();
        } catch (SQLException e) {
            LOG.warnf("cannot ask for the lease %s: %s", name, e.getMessage());
        }
        return false;
    }

    private boolean lock(Connection candidate) throws SQLException {
        try (var lock = candidate.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
            lock.setLong(1, key());
            try (var result = lock.executeQuery()) {
                return result.next() && result.getBoolean(1);
            }
        }
    }

    private long key() {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
    }
}
