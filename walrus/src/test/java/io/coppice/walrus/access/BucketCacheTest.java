package io.coppice.walrus.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.Buckets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, somebody who was just told that a bucket is encrypted, or closed to the public, would for a moment store in
 * plain text there, or be read by everybody.
 */
class BucketCacheTest {
    /** Nothing grows old: what is kept stays until it is forgotten. */
    private static final Clock STANDING = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    private static final String NAME = "sealed";

    @TempDir
    private Path folder;

    @Test
    void whoeverIsToldOfAChangeFindsItBeforeItEnds() throws IOException {
        try (var walrus = new WalrusFixture(folder)) {
            var cache = new BucketCache(walrus.transactions(), STANDING);
            make(walrus);
            assertEquals(Optional.empty(), encryption(cache));
            try (var change = cache.change(NAME)) {
                assertEquals(Optional.empty(), encryption(cache), "it is not there yet, and that must not be kept");
                encrypt(walrus, "first");
                assertEquals(Optional.of("first"), encryption(cache));
            }
            assertEquals(Optional.of("first"), encryption(cache));
        }
    }

    @Test
    void whatIsReadWhileTwoChangeABucketIsKeptOnceBothHaveEnded() throws IOException {
        try (var walrus = new WalrusFixture(folder)) {
            var cache = new BucketCache(walrus.transactions(), STANDING);
            make(walrus);
            var second = cache.change(NAME);
            cache.change(NAME).close();
            assertEquals(Optional.empty(), encryption(cache));
            encrypt(walrus, "second");
            assertEquals(Optional.of("second"), encryption(cache));
            second.close();
            assertEquals(Optional.of("second"), encryption(cache));
            encrypt(walrus, "behind its back");
            assertEquals(Optional.of("second"), encryption(cache), "nothing is kept any more");
        }
    }

    private static void make(WalrusFixture walrus) {
        walrus.transactions().call(session -> new Buckets(STANDING)
                .create(session, NAME, new BucketOwner("111111111111", "a".repeat(64), "alice"), "us-east-1"));
    }

    private static void encrypt(WalrusFixture walrus, String how) {
        walrus.transactions().call(session -> {
            var buckets = new Buckets(STANDING);
            var id = buckets.find(session, NAME).orElseThrow().bucketId();
            buckets.set(session, id, BucketSetting.ENCRYPTION, Optional.of(how));
            return true;
        });
    }

    private static Optional<String> encryption(BucketCache cache) {
        return cache.find(NAME).orElseThrow().bucket().setting(BucketSetting.ENCRYPTION);
    }
}
