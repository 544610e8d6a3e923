package io.coppice.walrus.access;

import io.coppice.policy.PolicyDocument;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.Buckets;
import io.coppice.walrus.metadata.Transactions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what guards the buckets that were asked for last. What this process changes is seen at once, because
 * nothing is kept of a bucket while somebody changes it; what another Walrus on the same database changes is seen after {@link #LIFE} at the
 * latest. Writes do not rely on it: they ask the database whether the bucket is there and keeps versions. Thread-safe.
 */
public final class BucketCache {
    /** How long an answer is believed. */
    public static final Duration LIFE = Duration.ofSeconds(1);

    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_POLICIES = 1_000;

    private final Transactions transactions;
    private final Clock clock;
    private final Buckets buckets;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, PolicyDocument> policies = new LinkedHashMap<>();
    /** How many are changing each bucket now. */
    private final Map<String, Integer> changing = new HashMap<>();

    private long changes;

    private record Entry(BucketGuard guard, Instant until) {}

    /** Reads buckets in transactions of its own. */
    public BucketCache(Transactions transactions, Clock clock) {
        this.transactions = transactions;
        this.clock = clock;
        this.buckets = new Buckets(clock);
    }

    /** What guards the bucket of that name; empty when there is none. */
    public Optional<BucketGuard> find(String name) {
        long askedAt;
        synchronized (entries) {
            var entry = entries.get(name);
            if (entry != null && clock.instant().isBefore(entry.until())) {
                return Optional.of(entry.guard());
            }
            askedAt = changes;
        }
        var found = transactions.call(session -> buckets.find(session, name)).map(this::guard);
        found.ifPresent(guard -> keep(name, guard, askedAt));
        return found;
    }

    /**
     * A change of a bucket, which may be made or removed: from now until {@link Change#close} the database is asked each time, so that
     * whoever was told of the change, which is before this ends, finds it.
     */
    public Change change(String name) {
        synchronized (entries) {
            changes++;
            entries.remove(name);
            changing.merge(name, 1, Integer::sum);
        }
        return new Change(name);
    }

    /** A change of a bucket that goes on. */
    public final class Change implements AutoCloseable {
        private final String name;

        private Change(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            synchronized (entries) {
                changes++;
                changing.computeIfPresent(name, (any, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    /** What guards a bucket as it was just read. */
    public BucketGuard guard(BucketRow bucket) {
        return new BucketGuard(bucket, policy(bucket));
    }

    private void keep(String name, BucketGuard guard, long askedAt) {
        synchronized (entries) {
            // What was read while something changed may be what was before.
            if (askedAt != changes || changing.containsKey(name)) {
                return;
            }
            entries.put(name, new Entry(guard, clock.instant().plus(LIFE)));
            if (entries.size() > MAX_ENTRIES) {
                var oldest = entries.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    /** Reading a document is dear, so those read last are kept by their text. */
    private Optional<PolicyDocument> policy(BucketRow bucket) {
        return bucket.setting(BucketSetting.POLICY).map(text -> {
            synchronized (policies) {
                if (policies.size() >= MAX_POLICIES) {
                    policies.clear();
                }
                return policies.computeIfAbsent(text, json -> PolicyDocument.parse(json, PolicyDocument.Kind.RESOURCE));
            }
        });
    }
}
