package io.coppice.cloud.volume;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Guests that were asked to hold still, in the order of what was asked; as a test fixture. */
final class FakeFreezer implements GuestFreezer {
    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile boolean hasAgent;
    volatile Outcome outcome = new Outcome.Frozen(2);
    /** What to look at before the freeze. */
    volatile Runnable atBegin = () -> {};
    /** What to look at between the freeze and its end. */
    volatile Runnable atEnd = () -> {};

    @Override
    public Optional<Freeze> freeze(String instanceId, Collection<String> volumeIds) {
        if (!hasAgent) {
            return Optional.empty();
        }
        atBegin.run();
        asked.add("freeze " + instanceId + " for " + String.join(" ", volumeIds));
        return Optional.of(() -> {
            atEnd.run();
            asked.add("end " + instanceId);
            return outcome;
        });
    }
}
