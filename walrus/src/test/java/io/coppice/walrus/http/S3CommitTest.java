package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.blob.BlobId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** If this failed, a write that fails or meets another would leave half an object, or bytes that nobody counts. */
class S3CommitTest {
    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client s3;

    @BeforeAll
    static void start() throws IOException {
        walrus = new WalrusFixture(folder);
        s3 = walrus.alice();
    }

    @AfterAll
    static void stop() throws IOException {
        s3.close();
        walrus.close();
    }

    @Test
    void aCommitThatFailsLeavesNothingOfAnObjectThatLiesInItsRow() throws IOException {
        bucket("crash-in-row");
        s3.putObject(b -> b.bucket("crash-in-row").key("k"), RequestBody.fromString("before"));
        var blobs = walrus.blobCount();
        walrus.failCommits(true);
        try (var once = walrus.alice()) {
            assertThrows(
                    S3Exception.class,
                    () -> once.putObject(
                            b -> b.bucket("crash-in-row").key("k"), RequestBody.fromString("never acknowledged")));
            assertThrows(
                    S3Exception.class,
                    () -> once.deleteObject(b -> b.bucket("crash-in-row").key("k")));
        } finally {
            walrus.failCommits(false);
        }
        assertEquals(
                "before",
                s3.getObjectAsBytes(b -> b.bucket("crash-in-row").key("k")).asUtf8String());
        assertEquals(blobs, walrus.blobCount(), "a small object has no file");
    }

    @Test
    void anObjectMovesBetweenItsRowAndABlob() throws IOException {
        bucket("moves");
        walrus.collector().collectUnreferenced();
        var blobs = walrus.blobCount();
        for (var text : List.of("a", "b".repeat(70_000), "c", "d".repeat(80_000), "e".repeat(90_000), "f")) {
            s3.putObject(b -> b.bucket("moves").key("k"), RequestBody.fromString(text));
            assertEquals(
                    text, s3.getObjectAsBytes(b -> b.bucket("moves").key("k")).asUtf8String());
            walrus.collector().collectUnreferenced();
            assertEquals(blobs + (text.length() > 1 ? 1 : 0), walrus.blobCount(), "of " + text.length() + " bytes");
        }
        s3.copyObject(b -> b.sourceBucket("moves")
                .sourceKey("k")
                .destinationBucket("moves")
                .destinationKey("copy"));
        s3.deleteObject(b -> b.bucket("moves").key("k"));
        assertEquals(
                "f", s3.getObjectAsBytes(b -> b.bucket("moves").key("copy")).asUtf8String());
    }

    @Test
    void aCommitThatFailsLeavesNoObjectAndItsBytesAreCollected() throws IOException {
        bucket("crash");
        s3.putObject(b -> b.bucket("crash").key("k"), RequestBody.fromString("before"));
        walrus.collector().collectUnreferenced();
        walrus.collector().collectOrphans();
        var blobs = walrus.blobCount();
        walrus.failCommits(true);
        try (var once = walrus.alice()) {
            assertThrows(
                    S3Exception.class,
                    () -> once.putObject(b -> b.bucket("crash").key("k"), RequestBody.fromBytes(random(70_000))));
        } finally {
            walrus.failCommits(false);
        }
        assertEquals(
                "before", s3.getObjectAsBytes(b -> b.bucket("crash").key("k")).asUtf8String());
        assertTrue(walrus.blobCount() > blobs, "the bytes were durable before the commit was tried");
        walrus.collector().collectOrphans();
        assertEquals(blobs, walrus.blobCount());
    }

    @Test
    void concurrentOverwritesLeaveOneWholeObjectAndOneBlob() throws Exception {
        bucket("race");
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = new ArrayList<java.util.concurrent.Future<?>>();
            for (int i = 0; i < 24; i++) {
                var text = String.valueOf((char) ('a' + i)).repeat(50_000);
                futures.add(executor.submit(
                        () -> s3.putObject(b -> b.bucket("race").key("k"), RequestBody.fromString(text))));
            }
            for (var future : futures) {
                future.get();
            }
        }
        var content = s3.getObjectAsBytes(b -> b.bucket("race").key("k")).asUtf8String();
        assertEquals(50_000, content.length());
        assertEquals(1, content.chars().distinct().count());
        s3.deleteObject(b -> b.bucket("race").key("k"));
        walrus.collector().collectUnreferenced();
        var unreferenced = walrus.store().transactions().call(session -> session.createNativeQuery(
                        "select count(*) from blob where reference_count = 0", Long.class)
                .getSingleResult());
        assertEquals(0L, unreferenced);
        assertFalse(walrus.blobs()
                .file(BlobId.random())
                .filter(java.nio.file.Files::exists)
                .isPresent());
    }

    private static void bucket(String name) {
        s3.createBucket(b -> b.bucket(name));
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
