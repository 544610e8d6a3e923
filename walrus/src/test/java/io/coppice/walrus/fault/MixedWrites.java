package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A client that writes in every way there is, and knows what each of its keys may hold: what the last acknowledged write
 * left there, or what a write that was never answered would have. Nobody else writes its keys. Used by one thread at a time.
 */
final class MixedWrites {
    private static final int KEYS = 40;
    private static final int SMALL = 12_000;
    private static final int LARGE = 200_000;
    private static final int PART = 5 * 1024 * 1024;

    private final String bucket;
    private final Random random;
    /** Every content that a key may have, by hash; empty: it may be absent. A key that is not here was never written. */
    private final Map<String, List<Optional<Integer>>> allowed = new HashMap<>();

    private int sequence;
    private String lastFailure = "none";

    MixedWrites(String bucket, Random random) {
        this.bucket = bucket;
        this.random = random;
    }

    /** One thing to do to a key, and what the key holds when it went well. */
    private record Write(Runnable call, Optional<byte[]> outcome) {}

    /** Writes until it has written so much, or the server is gone. */
    void write(URI endpoint, int writes, AtomicInteger acknowledged) {
        try (var s3 = client(endpoint)) {
            if (allowed.isEmpty()) {
                s3.createBucket(b -> b.bucket(bucket));
            }
            for (int i = 0; i < writes; i++) {
                var key = "dir/" + random.nextInt(KEYS);
                var write = next(s3, key);
                var before = allowed.getOrDefault(key, List.of(Optional.empty()));
                var after = write.outcome().map(Arrays::hashCode);
                // Until it is answered, both are right.
                var either = new ArrayList<>(before);
                either.add(after);
                allowed.put(key, either);
                write.call().run();
                allowed.put(key, List.of(after));
                acknowledged.incrementAndGet();
            }
        } catch (SdkClientException | S3Exception e) {
            // The server was killed: what was under way may have happened or not.
            lastFailure = e.toString();
        }
    }

    /** Why the last writing ended early. */
    String lastFailure() {
        return lastFailure;
    }

    /** Every key holds one of the contents that it may, as a whole. */
    void verify(URI endpoint, String when) {
        try (var s3 = client(endpoint)) {
            var listed = s3.listObjectsV2Paginator(b -> b.bucket(bucket)).contents().stream()
                    .map(each -> each.key())
                    .toList();
            for (var entry : allowed.entrySet()) {
                var found = read(s3, entry.getKey());
                assertTrue(
                        entry.getValue().contains(found),
                        () -> when + ": " + bucket + "/" + entry.getKey() + " holds " + found + ", allowed are "
                                + entry.getValue());
                assertTrue(
                        found.isPresent() == listed.contains(entry.getKey()),
                        () -> when + ": the list does not agree about " + entry.getKey());
                entry.setValue(List.of(found));
            }
        }
    }

    private Optional<Integer> read(S3Client s3, String key) {
        try {
            // The SDK compares the checksum that was stored with the object.
            return Optional.of(Arrays.hashCode(
                    s3.getObjectAsBytes(b -> b.bucket(bucket).key(key)).asByteArray()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    private Write next(S3Client s3, String key) {
        var kind = random.nextInt(100);
        if (kind < 50) {
            return put(s3, key, content(1 + random.nextInt(SMALL)));
        }
        if (kind < 75) {
            return put(s3, key, content(SMALL + random.nextInt(LARGE)));
        }
        if (kind < 90) {
            return new Write(() -> s3.deleteObject(b -> b.bucket(bucket).key(key)), Optional.empty());
        }
        return kind < 98 ? copy(s3, key) : upload(s3, key, content(PART + 1000));
    }

    private Write put(S3Client s3, String key, byte[] content) {
        return new Write(
                () -> s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromBytes(content)),
                Optional.of(content));
    }

    /** Of an object that is written for it, under a key that is not looked at. */
    private Write copy(S3Client s3, String key) {
        var content = content(random.nextBoolean() ? SMALL / 2 : LARGE / 2);
        return new Write(
                () -> {
                    s3.putObject(b -> b.bucket(bucket).key("source"), RequestBody.fromBytes(content));
                    s3.copyObject(b -> b.sourceBucket(bucket)
                            .sourceKey("source")
                            .destinationBucket(bucket)
                            .destinationKey(key));
                },
                Optional.of(content));
    }

    private Write upload(S3Client s3, String key, byte[] content) {
        return new Write(
                () -> {
                    var id = s3.createMultipartUpload(b -> b.bucket(bucket).key(key))
                            .uploadId();
                    var parts = new ArrayList<CompletedPart>();
                    for (int number = 1; (number - 1) * PART < content.length; number++) {
                        var part = number;
                        var bytes =
                                Arrays.copyOfRange(content, (part - 1) * PART, Math.min(content.length, part * PART));
                        var put = s3.uploadPart(
                                b -> b.bucket(bucket).key(key).uploadId(id).partNumber(part),
                                RequestBody.fromBytes(bytes));
                        parts.add(CompletedPart.builder()
                                .partNumber(part)
                                .eTag(put.eTag())
                                .build());
                    }
                    s3.completeMultipartUpload(
                            b -> b.bucket(bucket).key(key).uploadId(id).multipartUpload(m -> m.parts(parts)));
                },
                Optional.of(content));
    }

    private byte[] content(int length) {
        var content = new byte[length];
        new Random(random.nextLong() + sequence++).nextBytes(content);
        return content;
    }

    /** One that tries nothing twice: a second try would hide what became of the first. */
    private static S3Client client(URI endpoint) {
        return WalrusFixture.clientBuilder(endpoint, WalrusFixture.ALICE, WalrusFixture.SECRET)
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .build();
    }
}
