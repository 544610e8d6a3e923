package io.coppice.server.database;

import io.coppice.server.OperatorException;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Starts a cloud's own PostgreSQL again when it ended without being told to: killed, or out of memory. It comes back on
 * its port, so connections are made anew by those who use them. Thread-safe; one thread looks every second.
 */
public final class PostgresGuard {
    private static final Logger LOG = Logger.getLogger(PostgresGuard.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    private final EmbeddedPostgres postgres;
    private final Thread thread;
    private boolean over;

    private PostgresGuard(EmbeddedPostgres postgres) {
        this.postgres = postgres;
        this.thread = Thread.ofVirtual().name("postgresql-guard").unstarted(this::watch);
    }

    /** Guards a PostgreSQL that runs, until {@link #end}. */
    public static PostgresGuard over(EmbeddedPostgres postgres) {
        var guard = new PostgresGuard(postgres);
        guard.thread.start();
        return guard;
    }

    /** When it returns, PostgreSQL may be stopped and stays stopped. A start under way is waited for. */
    public synchronized void end() {
        over = true;
        thread.interrupt();
    }

    private void watch() {
        var pause = PAUSE;
        try {
            do {
                Thread.sleep(pause);
                pause = look() ? PAUSE : PAUSE_AFTER_FAILURE;
            } while (!isOver());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isOver() {
        return over;
    }

    /** Whether PostgreSQL runs, or does again. */
    private synchronized boolean look() {
        if (over || postgres.present()) {
            return true;
        }
        LOG.warn("PostgreSQL has ended by itself; starting it again");
        try {
            LOG.infof("%s is back", postgres.startOrAdopt());
            return true;
        } catch (OperatorException e) {
            LOG.errorf(e, "PostgreSQL could not be started again; the next attempt follows. %s", e.fix());
            return false;
        }
    }
}
