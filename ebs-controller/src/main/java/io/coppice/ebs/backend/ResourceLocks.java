package io.coppice.ebs.backend;

import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** Has changes of one volume or snapshot exclude each other; by the id's hash. Thread-safe. */
public final class ResourceLocks {
    private static final int LOCKS = 64;

    private final Lock[] locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(Lock[]::new);

    /** What is done with locks. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it, or throws. */
        T run() throws IOException;
    }

    /** Does something while nobody else has any of these. */
    public <T> T with(Collection<? extends ResourceId> ids, Work<T> work) throws IOException {
        var of = new TreeSet<>(ids.stream().map(ResourceLocks::lockOf).toList());
        return with(List.copyOf(of), 0, work);
    }

    private static int lockOf(ResourceId id) {
        return Math.floorMod(id.hashCode(), LOCKS);
    }

    /** With all of these locks, which are in ascending order so that nobody waits in a ring. */
    private <T> T with(List<Integer> of, int next, Work<T> work) throws IOException {
        if (next == of.size()) {
            return work.run();
        }
        var lock = locks[of.get(next)];
        lock.lock();
        try {
            return with(of, next + 1, work);
        } finally {
            lock.unlock();
        }
    }
}
