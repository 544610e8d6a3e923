package io.coppice.node.image.serve;

import io.coppice.node.image.serve.Ranges.RefusedException;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings blocks here, each once however many want it. What guests wait for goes before what is fetched in advance, and comes from
 * the store; what is fetched in advance comes from other hosts where they have it. Thread-safe.
 */
final class Fetches {
    /** What one request brings at most. */
    static final int BLOCKS_AT_ONCE = 4;

    private static final int REQUESTS_AT_ONCE = 8;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    /** A guest that boots asks again and again: between two requests of it nobody else takes the line. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private final Blocks blocks;
    private final Ranges source;
    private final Ranges peers;
    private final Semaphore requests = new Semaphore(REQUESTS_AT_ONCE, true);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private final BitSet coming = new BitSet();
    private int urgent;
    private long lastUrgent = System.nanoTime() - QUIET.toNanos();
    private @Nullable IOException trouble;

    Fetches(Blocks blocks, Ranges source) {
        this(blocks, source, (offset, length) -> {
            throw new IOException("no other host is asked");
        });
    }

    /** @param peers other hosts, whom nobody believes before the hash of the whole was right */
    Fetches(Blocks blocks, Ranges source, Ranges peers) {
        this.blocks = blocks;
        this.source = source;
        this.peers = peers;
    }

    /** For a guest: returns once all these blocks are here; throws when they are not within {@code limit}. */
    void demand(int first, int count, Duration limit) throws IOException, InterruptedException {
        if (blocks.firstUnproven(first, first + count) < 0) {
            return;
        }
        hurry(1);
        try {
            bring(blocks::firstUnproven, first, count, System.nanoTime() + limit.toNanos());
        } finally {
            hurry(-1);
        }
    }

    /** In advance: returns once all these blocks are here, however long that takes. */
    void advance(int first, int count) throws IOException, InterruptedException {
        if (blocks.firstMissing(first, first + count) < 0) {
            return;
        }
        awaitQuiet();
        hear(first, count);
        bring(
                blocks::firstMissing,
                first,
                count,
                System.nanoTime() + Duration.ofDays(10_000).toNanos());
    }

    /** Asks other hosts for what is missing of these blocks; what they do not give is still missing then. */
    private void hear(int first, int count) throws IOException, InterruptedException {
        var from = blocks.firstMissing(first, first + count);
        if (from < 0) {
            return;
        }
        byte[] content;
        try {
            content = peers.range(blocks.offset(from), blocks.length(from, first + count - from));
        } catch (IOException e) {
            // Whatever it is, the store has them too.
            return;
        }
        lock.lock();
        try {
            for (int block = from; block < first + count; block++) {
                // What the store is asked for is about to be overwritten by it.
                if (!coming.get(block)) {
                    blocks.hear(block, Blocks.piece(content, from, block));
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Tells the first block of some that is still wanted; -1 when none is. */
    @FunctionalInterface
    private interface Wanted {
        int first(int from, int end);
    }

    /** What went wrong last, until something goes right. */
    Optional<IOException> trouble() {
        lock.lock();
        try {
            return Optional.ofNullable(trouble);
        } finally {
            lock.unlock();
        }
    }

    private void hurry(int more) {
        lock.lock();
        try {
            urgent += more;
            lastUrgent = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A guest that waits for what does not come is no reason to wait: its wish may be served by this as well. */
    private void awaitQuiet() throws InterruptedException {
        lock.lock();
        try {
            while (trouble == null && (urgent > 0 || System.nanoTime() - lastUrgent < QUIET.toNanos())) {
                changed.awaitNanos(QUIET.toNanos());
            }
        } finally {
            lock.unlock();
        }
    }

    private void bring(Wanted wanted, int first, int count, long deadline) throws IOException, InterruptedException {
        while (true) {
            var claim = claim(wanted, first, first + count);
            if (claim.isEmpty()) {
                return;
            }
            if (claim.get().blocks() == 0) {
                awaitChange(deadline);
            } else {
                fetch(claim.get(), deadline);
            }
        }
    }

    /** Blocks that one request is for; none when others fetch all that is missing. */
    private record Claim(int first, int blocks) {}

    /** Empty when nothing is missing. */
    private Optional<Claim> claim(Wanted wanted, int from, int end) {
        lock.lock();
        try {
            var missing = wanted.first(from, end);
            if (missing < 0) {
                return Optional.empty();
            }
            while (missing >= 0 && coming.get(missing)) {
                missing = wanted.first(missing + 1, end);
            }
            if (missing < 0) {
                return Optional.of(new Claim(from, 0));
            }
            var after = missing + 1;
            while (after < Math.min(end, missing + BLOCKS_AT_ONCE)
                    && !coming.get(after)
                    && wanted.first(after, after + 1) == after) {
                after++;
            }
            coming.set(missing, after);
            return Optional.of(new Claim(missing, after - missing));
        } finally {
            lock.unlock();
        }
    }

    private void fetch(Claim claim, long deadline) throws IOException, InterruptedException {
        IOException failure = null;
        requests.acquireUninterruptibly();
        try {
            blocks.put(
                    claim.first(),
                    source.range(blocks.offset(claim.first()), blocks.length(claim.first(), claim.blocks())));
        } catch (IOException e) {
            failure = e;
        } finally {
            requests.release();
            settle(claim, failure);
        }
        if (failure != null) {
            if (System.nanoTime() - deadline > 0) {
                throw failure;
            }
            awaitChange(Math.min(deadline, System.nanoTime() + BETWEEN_TRIES.toNanos()));
        }
    }

    private void settle(Claim claim, @Nullable IOException failure) {
        lock.lock();
        try {
            coming.clear(claim.first(), claim.first() + claim.blocks());
            // That an address is refused says more than what another request ran into.
            if (failure == null || !(trouble instanceof RefusedException)) {
                trouble = failure;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitChange(long until) throws IOException, InterruptedException {
        lock.lock();
        try {
            var left = until - System.nanoTime();
            if (left > 0) {
                changed.await(left, TimeUnit.NANOSECONDS);
            } else {
                throw new IOException("the image does not come", trouble);
            }
        } finally {
            lock.unlock();
        }
    }
}
