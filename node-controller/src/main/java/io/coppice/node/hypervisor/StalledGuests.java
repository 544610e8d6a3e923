package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import java.time.Duration;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Lets guests go on that QEMU has stopped because a volume did not answer. A guest that goes on tries the same read or write
 * again; if that fails it is stopped again and comes back here. So a guest never hears of an error because the server of
 * its volume was restarted. Thread-safe.
 */
final class StalledGuests implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StalledGuests.class);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final DelayQueue<Stalled> waiting = new DelayQueue<>();
    private final Consumer<InstanceId> resume;
    private final Thread thread;

    /** @param resume lets a guest go on if it is stopped for such a reason */
    StalledGuests(Consumer<InstanceId> resume) {
        this.resume = resume;
        this.thread = Thread.ofVirtual().name("stalled-guests").start(this::loop);
    }

    /** A guest was stopped because a disk of it did not answer. */
    void add(InstanceId instance) {
        waiting.add(new Stalled(instance, System.nanoTime() + PAUSE.toNanos()));
    }

    private void loop() {
        while (true) {
            try {
                var next = waiting.take().instance();
                LOG.debugf("%s waits for a volume and tries again", next);
                resume(next);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void resume(InstanceId instance) {
        try {
            resume.accept(instance);
        } catch (HypervisorException e) {
            LOG.warnf(e, "%s waits for a volume and cannot go on now; tried again", instance);
            add(instance);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private record Stalled(InstanceId instance, long dueNanos) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
