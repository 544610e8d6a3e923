package io.coppice.walrus;

import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.undo.Undo;
import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.blob.LocalBlobStore;
import io.coppice.walrus.blob.S3BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** Opens the store that the configuration names. */
final class BlobStores {
    private BlobStores() {}

    /**
     * Opens it; {@code undo} closes it.
     *
     * @param folder where Walrus may write
     * @param reserveBytes of that folder's file system, which are never used
     */
    static BlobStore open(BlobConfig config, Path folder, long reserveBytes, Undo undo) throws IOException {
        return switch (config.store()) {
            case LOCAL -> new LocalBlobStore(folder, reserveBytes);
            case S3 -> {
                var place = new S3BlobStore.Place(
                        required("endpoint", config.endpoint()),
                        config.region(),
                        required("bucket", config.bucket()),
                        config.prefix());
                var credentials = new S3BlobStore.Credentials(
                        required("access-key-id", config.accessKeyId()),
                        required("secret-access-key", config.secretAccessKey()));
                var store = S3BlobStore.open(place, credentials, folder, reserveBytes, config.answerLimit());
                undo.add("close the connections to the other S3 store", () -> close(store));
                yield store;
            }
        };
    }

    private static void close(S3BlobStore store) {
        try {
            store.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String required(String key, Optional<String> value) {
        return value.orElseThrow(() -> new RoleStartException(
                "coppice.blobs.store is S3, but coppice.blobs." + key + " is not set", "set it in coppice.properties"));
    }
}
