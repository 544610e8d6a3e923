package io.coppice.node.image;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.serve.PeerOffer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Images on this host by the SHA-256 of their bytes. Thread-safe; two wishes for one image make one download.
 */
public interface ImageCache extends AutoCloseable {
    /**
     * The image, downloaded when it is not here. Blocks. Throws {@link ImageUnavailableException} when it cannot be had,
     * and {@link IOException} when this host cannot store it; a partial download is resumed next time or removed.
     *
     * @param progress gets the percentage, 0 to 100, from time to time
     */
    CachedBase fetch(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException;

    /**
     * As {@link #fetch}, but may return as soon as guests can boot from the image, with the rest of it still to come: then
     * {@link CachedBase#served()} says where its bytes are read until then.
     */
    default CachedBase fetchToBoot(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
        return fetch(image, progress);
    }

    /** How an image stands that {@link #fetchToBoot} returned before it was here. */
    default Arrival arrival(String sha256) throws IOException {
        return Arrival.NONE;
    }

    /** Tells a fresh address of an image that is still to come; does nothing for others. */
    default void renew(ImageSpec image) throws IOException {}

    /** How an image stands that guests may read before it is here. */
    enum Arrival {
        /** It is here, or nobody was given it. */
        NONE,
        /** Guests read it, and wait for what is not here yet. */
        COMING,
        /** Its store refuses the address: {@link #renew} must tell another one. */
        WAITS_FOR_ADDRESS,
        /** All of it came, and it is not what was registered: who has read it must not go on. */
        REFUSED
    }

    /** Hashes of what is here, most recently used first, at most {@code limit}. */
    List<String> cached(int limit);

    /** Images that are on their way, by their hashes, with the percentage that is here. */
    default Map<String, Integer> coming() {
        return Map.of();
    }

    /** host:port at which other hosts of the zone get images from here; empty when they do not. */
    default String peerAddress() {
        return "";
    }

    /** Other hosts show tickets that the Cluster Controller makes with this key, from now on. */
    default void admitBy(byte[] ticketKey) {}

    /** Bytes that the cache takes. */
    long sizeBytes();

    /** Leaves to itself what is still to come. */
    @Override
    default void close() {}

    /**
     * What to fetch.
     *
     * @param sha256 lower-case hexadecimal: the key and the check
     * @param sizeBytes bytes to download
     * @param format {@code raw} or {@code qcow2}
     * @param url where they are; it may expire, and is empty when nobody is to fetch
     * @param peers other hosts that may have them
     */
    record ImageSpec(String sha256, long sizeBytes, String format, URI url, PeerOffer peers) {
        /** One that only its store has. */
        public ImageSpec(String sha256, long sizeBytes, String format, URI url) {
            this(sha256, sizeBytes, format, url, PeerOffer.NONE);
        }
    }
}
