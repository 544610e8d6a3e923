package io.coppice.node.image.share;

import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.jboss.logging.Logger;

/** Closes a connection on which nothing has moved for too long: writing to a host that is gone would wait for its return. Thread-safe. */
final class StallWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StallWatch.class);
    private static final int LOOKS = 4;

    private final SSLSocket connection;
    private final Duration limit;
    private final Thread watching;
    private volatile long moved = System.nanoTime();

    private StallWatch(SSLSocket connection, Duration limit) {
        this.connection = connection;
        this.limit = limit;
        this.watching = Thread.ofVirtual().name("image-give-watch").unstarted(this::watch);
    }

    /** Begins to watch. */
    static StallWatch over(SSLSocket connection, Duration limit) {
        var watch = new StallWatch(connection, limit);
        watch.watching.start();
        return watch;
    }

    /** Something moves. */
    void moved() {
        moved = System.nanoTime();
    }

    private void watch() {
        try {
            while (System.nanoTime() - moved < limit.toNanos()) {
                Thread.sleep(limit.dividedBy(LOOKS));
            }
            LOG.infof("%s takes nothing any more: hanging up", connection.getRemoteSocketAddress());
            // Without it, closing waits for what is being written.
            connection.setSoLinger(true, 0);
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("a connection that stands still could not be closed", e);
        }
    }

    /** Ends the watch, not the connection. */
    @Override
    public void close() {
        watching.interrupt();
    }
}
