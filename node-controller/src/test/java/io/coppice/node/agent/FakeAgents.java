package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.GuestAgents;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import io.coppice.node.hypervisor.HypervisorException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One guest's agent that does as the test says, as a test fixture. Thread-safe. */
final class FakeAgents implements GuestAgents {
    static final int FILE_SYSTEMS = 2;

    final AtomicInteger freezes = new AtomicInteger();
    final AtomicInteger thaws = new AtomicInteger();
    /** How often it does not answer a thaw. */
    final AtomicInteger deafness = new AtomicInteger();

    volatile List<FileSystem> mounted = List.of();
    /** Which mount points were last frozen; empty: all. */
    volatile Set<String> still = Set.of();

    volatile boolean connected = true;
    volatile boolean frozen;
    /** It freezes the guest, but nobody hears of it in time. */
    volatile boolean late;
    /** It does nothing and answers nothing. */
    volatile boolean silent;

    @Override
    public boolean isConnected(InstanceId instance) {
        return connected;
    }

    @Override
    public List<FileSystem> fileSystems(InstanceId instance, Duration limit) {
        if (silent) {
            throw noAnswer(limit);
        }
        return mounted;
    }

    @Override
    public int freeze(InstanceId instance, Collection<String> mountPoints, Duration limit) {
        still = Set.copyOf(mountPoints);
        freezes.incrementAndGet();
        if (silent || late) {
            frozen = late;
            throw noAnswer(limit);
        }
        frozen = true;
        return FILE_SYSTEMS;
    }

    @Override
    public int thaw(InstanceId instance, Duration limit) {
        thaws.incrementAndGet();
        if (silent || deafness.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw noAnswer(limit);
        }
        var was = frozen;
        frozen = false;
        return was ? FILE_SYSTEMS : 0;
    }

    /** As whoever waits for an answer that does not come. */
    private static HypervisorException noAnswer(Duration limit) {
        try {
            var answered = new CountDownLatch(1).await(limit.toMillis(), TimeUnit.MILLISECONDS);
            return new HypervisorException("no answer within " + limit + ", " + answered);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new HypervisorException("interrupted", e);
        }
    }

    @Override
    public Subscription onChange(Consumer<InstanceId> listener) {
        return () -> {};
    }
}
