package io.coppice.cloud.volume;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes on that something of volumes is to be told to the EBS controller, to whoever tells it. Thread-safe. */
@ApplicationScoped
class VolumeSignal {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Calls {@code listener} at every signal; it must return at once. */
    void listen(Runnable listener) {
        listeners.add(listener);
    }

    /** Something has changed, or will have when the caller's transaction ends. */
    void raise() {
        List.copyOf(listeners).forEach(Runnable::run);
    }
}
