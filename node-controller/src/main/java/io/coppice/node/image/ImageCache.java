package io.coppice.node.image;

import io.coppice.node.disk.DiskStore.CachedBase;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Images on this host by the SHA-256 of their bytes. Thread-safe; two wishes for one image make one download.
 */
public interface ImageCache {
    /**
     * The image, downloaded when it is not here. Blocks. Throws {@link ImageUnavailableException} when it cannot be had,
     * and {@link IOException} when this host cannot store it; a partial download is resumed next time or removed.
     *
     * @param progress gets the percentage, 0 to 100, from time to time
     */
    CachedBase fetch(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException;

    /** Hashes of what is here, most recently used first, at most {@code limit}. */
    List<String> cached(int limit);

    /** Bytes that the cache takes. */
    long sizeBytes();

    /**
     * What to fetch.
     *
     * @param sha256 lower-case hexadecimal: the key and the check
     * @param sizeBytes bytes to download
     * @param format {@code raw} or {@code qcow2}
     * @param url where they are; it may expire
     */
    record ImageSpec(String sha256, long sizeBytes, String format, URI url) {}
}
