package io.coppice.walrus.http;

import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.encryption.KeyStore;
import io.coppice.walrus.metadata.Blobs;
import io.coppice.walrus.metadata.Buckets;
import io.coppice.walrus.metadata.Objects;
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
 */
public record Store(Transactions transactions, Clock clock, Blobs blobs, BlobStore bytes, KeyStore keys) {
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
