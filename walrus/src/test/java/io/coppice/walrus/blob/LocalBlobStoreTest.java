package io.coppice.walrus.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, blobs in local files would break the rules of the seam. */
class LocalBlobStoreTest extends BlobStoreContract {
    @TempDir
    Path folder;

    @Override
    BlobStore store() throws IOException {
        return new LocalBlobStore(folder, 0);
    }

    @Test
    void blobsOfAnOlderLayoutAreBroughtUp() throws IOException {
        var id = BlobId.random();
        var first = id.toString().substring(0, 2);
        var inner = folder.resolve("blobs").resolve(first).resolve(id.toString().substring(2, 4));
        Files.writeString(Files.createDirectories(inner).resolve(id.toString()), "old");
        try (var bytes = Channels.newInputStream(store().open(id, 0, 3))) {
            assertEquals("old", new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
        }
        assertFalse(Files.exists(inner));
    }
}
