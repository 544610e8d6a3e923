package io.coppice.cloud.identity;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells those who keep copies of keys that one has changed. Thread-safe. */
public final class Invalidations {
    private final List<Consumer<Optional<String>>> listeners = new CopyOnWriteArrayList<>();

    /**
     * Calls the listener at every change with the access key, or with nothing when everything must be forgotten. Closing
     * ends that.
     */
    public Subscription listen(Consumer<Optional<String>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Tells that a key changed. Called after the change is committed. */
    public void changed(String accessKeyId) {
        listeners.forEach(listener -> listener.accept(Optional.of(accessKeyId)));
    }

    /** Tells that anything may have changed: names, policies, who is where. Called after the change is committed. */
    public void everything() {
        listeners.forEach(listener -> listener.accept(Optional.empty()));
    }

    /** A listener that can be taken off. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
