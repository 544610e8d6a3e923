package io.coppice.cloud.event;

import io.coppice.foundation.signal.ChangeSignal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Wakes those who wait for events. */
@ApplicationScoped
public class EventSignal extends ChangeSignal {
    /** The pause between two looks that nobody asked for. */
    public static final Duration LOOK_EVERY = Duration.ofSeconds(1);
}
