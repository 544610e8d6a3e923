package io.coppice.walrus.notification;

import java.util.List;
import java.util.Optional;

/** Something that takes messages. Used by one thread at a time. */
public interface Destination extends AutoCloseable {
    /**
     * How a delivery went.
     *
     * @param taken how many of the messages, from the first on, were taken for good
     * @param failure why the next one was not
     */
    record Outcome(int taken, Optional<String> failure) {}

    /** Hands messages over in their order, and stops at the first that is not taken. */
    Outcome deliver(List<Outbox.Message> messages) throws InterruptedException;

    /** Lets go of connections. */
    @Override
    void close();
}
