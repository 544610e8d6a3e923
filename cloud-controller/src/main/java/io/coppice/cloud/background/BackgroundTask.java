package io.coppice.cloud.background;

import java.util.Map;

/**
 * A part of the Cloud Controller that works without being asked: a reconciler, a relay, a sweeper. An application-scoped
 * bean; the Cloud Controller starts all of them once the role serves and stops them in reverse order.
 */
public interface BackgroundTask {
    /** For logs and health: lower case with dashes, unique. */
    String name();

    /** Begins to work and returns at once. Throws when it cannot; the role does not start then. */
    void start();

    /** How it is: each thing that it looks after, and in a few words how that is. For people. */
    default Map<String, String> state() {
        return Map.of();
    }

    /** Ends within seconds; does nothing when it is not started. */
    void stop();
}
