package io.coppice.walrus.http;

import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.Blobs;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.Buckets;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.Transactions;
import io.coppice.walrus.metadata.Uploads;
import java.time.Clock;
import org.hibernate.StatelessSession;

/**
 * What the operations work on: metadata and bytes. Thread-safe.
 *
 * @param transactions runs work on metadata
 * @param clock for ids and dates
 * @param blobs counts references
 * @param bytes holds them
 */
public record Store(Transactions transactions, Clock clock, Blobs blobs, BlobStore bytes) {
    Buckets buckets() {
        return new Buckets(clock);
    }

    Objects objects() {
        return new Objects(clock, blobs);
    }

    Uploads uploads() {
        return new Uploads(clock, blobs);
    }

    /** The bucket of that name, when the caller may use it; throws NoSuchBucket or AccessDenied otherwise. */
    BucketRow bucket(StatelessSession session, String name, Principal caller) {
        var bucket = buckets().find(session, name).orElseThrow(S3Errors::noSuchBucket);
        if (!caller.mayUse(bucket.accountId())) {
            throw S3Errors.accessDenied();
        }
        return bucket;
    }

    /** As {@link #bucket}, in a transaction of its own. */
    BucketRow bucket(S3Exchange exchange) {
        return transactions.call(session -> bucket(session, exchange.request().bucket(), exchange.caller()));
    }
}
