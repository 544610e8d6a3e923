package io.coppice.walrus.http;

import io.coppice.walrus.access.BucketCache;
import io.coppice.walrus.blob.BlobOpener;
import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.blob.SmallBlobs;
import io.coppice.walrus.encryption.KeyStore;
import io.coppice.walrus.metadata.Blobs;
import io.coppice.walrus.metadata.Buckets;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.PlainObjects;
import io.coppice.walrus.metadata.Transactions;
import io.coppice.walrus.metadata.Uploads;
import io.coppice.walrus.metadata.Versions;
import java.time.Clock;

/**
 * What the operations work on: metadata and bytes. Thread-safe.
 *
 * @param transactions runs work on metadata
 * @param clock for ids and dates
 * @param blobs counts references
 * @param bytes holds them
 * @param keys encrypts them
 * @param rowBytes objects up to this size lie in their row; 0: none does
 * @param shortcuts spares requests the long way to the database
 */
public record Store(
        Transactions transactions,
        Clock clock,
        Blobs blobs,
        BlobStore bytes,
        KeyStore keys,
        int rowBytes,
        Shortcuts shortcuts) {
    /** Up to this size bytes lie in their row unless somebody says otherwise. */
    public static final int ROW_BYTES = 16 * 1024;

    /** As it is when nothing is set. */
    public Store(Transactions transactions, Clock clock, Blobs blobs, BlobStore bytes, KeyStore keys) {
        this(transactions, clock, blobs, bytes, keys, ROW_BYTES, Shortcuts.of(transactions, clock));
    }

    /** Where the bytes of a whole object go: into its row when they are few, else into a blob. */
    BlobOpener objectBytes() {
        return new SmallBlobs(bytes, rowBytes);
    }

    /** The short way to objects that are not versioned. */
    PlainObjects plainObjects() {
        return shortcuts.objects();
    }

    /** What guards the buckets that were asked for last. */
    BucketCache guards() {
        return shortcuts.guards();
    }

    Buckets buckets() {
        return new Buckets(clock);
    }

    Objects objects() {
        return new Objects(clock, blobs);
    }

    Versions versions() {
        return new Versions(clock, objects());
    }

    Uploads uploads() {
        return new Uploads(clock, blobs);
    }
}
