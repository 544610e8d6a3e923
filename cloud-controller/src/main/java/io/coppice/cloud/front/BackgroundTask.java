package io.coppice.cloud.front;

/**
 * A part of the Cloud Controller that works without being asked: a reconciler, a relay, a sweeper. An application-scoped
 * bean; the Cloud Controller starts all of them once the role serves and stops them in reverse order.
 */
public interface BackgroundTask {
    /** For logs and health: lower case with dashes, unique. */
    String name();

    /** Begins to work and returns at once. Throws when it cannot; the role does not start then. */
    void start();

    /** Ends within seconds; does nothing when it is not started. */
    void stop();
}
