package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.blob.S3BlobStore;
import io.coppice.walrus.http.S3Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this failed, another S3 store that holds the bytes and goes away in the middle of a write would leave half objects,
 * answers that no client understands, or a Walrus that must be restarted.
 */
class VanishingBackendTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    Path folder;

    private WalrusFixture remote;
    private RelayForTests relay;
    private S3BlobStore bytes;
    private WalrusFixture walrus;
    private S3Client s3;

    @BeforeEach
    void start() throws IOException {
        remote = new WalrusFixture(folder.resolve("remote"));
        relay = new RelayForTests(remote.endpoint());
        bytes = S3BlobStore.open(
                new S3BlobStore.Place(relay.endpoint().toString(), "us-east-1", "blobs", "walrus/"),
                new S3BlobStore.Credentials(WalrusFixture.ALICE, WalrusFixture.SECRET),
                folder.resolve("local"),
                0,
                Duration.ofSeconds(20));
        walrus = new WalrusFixture(bytes, S3Settings.standard("us-east-1"));
        s3 = WalrusFixture.clientBuilder(walrus.endpoint(), WalrusFixture.ALICE, WalrusFixture.SECRET)
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .build();
        s3.createBucket(b -> b.bucket("photos"));
    }

    @AfterEach
    void stop() throws IOException {
        s3.close();
        walrus.close();
        bytes.close();
        relay.close();
        remote.close();
    }

    @Test
    void aBackendThatVanishesIsToldAndComesBackByItself() throws IOException {
        var content = new byte[4 * MIB];
        new Random(7).nextBytes(content);
        s3.putObject(b -> b.bucket("photos").key("before"), RequestBody.fromBytes(content));

        relay.cutAfter(MIB);
        var midWrite = assertThrows(
                S3Exception.class,
                () -> s3.putObject(b -> b.bucket("photos").key("half"), RequestBody.fromBytes(content)));
        assertEquals(503, midWrite.statusCode(), midWrite.toString());
        assertEquals("ServiceUnavailable", midWrite.awsErrorDetails().errorCode());
        assertTrue(relay.isCut(), "it was not cut in the middle");
        var read = assertThrows(
                S3Exception.class,
                () -> s3.getObjectAsBytes(b -> b.bucket("photos").key("before")));
        assertEquals(503, read.statusCode(), read.toString());
        assertEquals(List.of("before"), keys(), "what was not acknowledged is there");
        try (var waiting = Files.list(folder.resolve("local").resolve("outgoing"))) {
            assertEquals(List.of(), waiting.toList(), "what could not be sent still takes room");
        }

        relay.mend();
        s3.putObject(b -> b.bucket("photos").key("half"), RequestBody.fromBytes(content));
        for (var key : List.of("before", "half")) {
            assertArrayEquals(
                    content,
                    s3.getObjectAsBytes(b -> b.bucket("photos").key(key)).asByteArray());
        }
        assertEquals(List.of("before", "half"), keys());
        assertEquals(2, walrus.blobCount(), "half a blob is left");
    }

    private List<String> keys() {
        return s3.listObjectsV2(b -> b.bucket("photos")).contents().stream()
                .map(each -> each.key())
                .toList();
    }
}
