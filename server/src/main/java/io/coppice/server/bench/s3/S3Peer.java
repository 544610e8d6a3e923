package io.coppice.server.bench.s3;

import java.io.IOException;
import java.util.List;

/**
 * A server that is measured. It is started before its rounds and stopped after them, so that only one works at a time (one that idles may stay up); what
 * it keeps lies in a folder of its own and goes when it is closed. Used by one thread.
 */
interface S3Peer extends AutoCloseable {
    /** As the table calls it. */
    String name();

    /** Starts it, or wakes it again; throws {@link IOException} with the reason when it does not come up. */
    S3Connection.Target start() throws IOException;

    /** Its processes, while it runs; their children need not be named. */
    List<Long> pids();

    /** Stops it and keeps what it stored. */
    void stop();

    /** Stops it and removes all it stored. */
    @Override
    void close();
}
