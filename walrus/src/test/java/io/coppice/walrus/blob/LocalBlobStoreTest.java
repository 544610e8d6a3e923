package io.coppice.walrus.blob;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, blobs in local files would break the rules of the seam. */
class LocalBlobStoreTest extends BlobStoreContract {
    @TempDir
    Path folder;

    @Override
    BlobStore store() throws IOException {
        return new LocalBlobStore(folder, 0);
    }
}
