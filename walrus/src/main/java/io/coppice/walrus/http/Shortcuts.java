package io.coppice.walrus.http;

import io.coppice.walrus.access.BucketCache;
import io.coppice.walrus.metadata.PlainObjects;
import io.coppice.walrus.metadata.Transactions;
import java.time.Clock;

/**
 * What spares requests the long way to the database. One for each process and database. Thread-safe.
 *
 * @param guards what guards the buckets that were asked for last
 * @param objects the short way to objects that are not versioned
 */
public record Shortcuts(BucketCache guards, PlainObjects objects) {
    /** Nothing is known yet. */
    public static Shortcuts of(Transactions transactions, Clock clock) {
        return new Shortcuts(new BucketCache(transactions, clock), new PlainObjects(transactions, clock));
    }
}
