package io.coppice.walrus.blob;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, blobs in another S3 store, here a second Walrus, would break the rules of the seam. */
class S3BlobStoreTest extends BlobStoreContract {
    @TempDir
    static Path folder;

    private static WalrusFixture remote;
    private S3BlobStore store;

    @BeforeAll
    static void start() throws IOException {
        remote = new WalrusFixture(folder);
    }

    @AfterAll
    static void stop() throws IOException {
        remote.close();
    }

    @BeforeEach
    void open() throws IOException {
        var name = "blobs-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        store = S3BlobStore.open(
                new S3BlobStore.Place(remote.endpoint().toString(), "us-east-1", name, "walrus/"),
                new S3BlobStore.Credentials(WalrusFixture.ALICE, WalrusFixture.SECRET),
                folder.resolve(name),
                0,
                Duration.ofSeconds(60));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Override
    BlobStore store() {
        return store;
    }
}
