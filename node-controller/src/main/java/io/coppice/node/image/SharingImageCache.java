package io.coppice.node.image;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.door.HostDoor;
import io.coppice.node.image.share.TicketKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** A cache whose images other hosts of the zone get from here. Thread-safe. */
public final class SharingImageCache implements ImageCache {
    private final ImageCache cache;
    private final TicketKeys keys;
    private final HostDoor door;
    private final String address;

    /**
     * Shares what is in {@code cache}.
     *
     * @param keys whose tickets open the door
     * @param door where others come in; closed with this
     * @param address the door's, host:port, as others reach it
     */
    public SharingImageCache(ImageCache cache, TicketKeys keys, HostDoor door, String address) {
        this.cache = cache;
        this.keys = keys;
        this.door = door;
        this.address = address;
    }

    @Override
    public String peerAddress() {
        return address;
    }

    @Override
    public void admitBy(byte[] ticketKey) {
        keys.add(ticketKey);
    }

    @Override
    public CachedBase fetch(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
        return cache.fetch(image, progress);
    }

    @Override
    public CachedBase fetchToBoot(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
        return cache.fetchToBoot(image, progress);
    }

    @Override
    public Arrival arrival(String sha256) throws IOException {
        return cache.arrival(sha256);
    }

    @Override
    public void renew(ImageSpec image) throws IOException {
        cache.renew(image);
    }

    @Override
    public List<String> cached(int limit) {
        return cache.cached(limit);
    }

    @Override
    public Map<String, Integer> coming() {
        return cache.coming();
    }

    @Override
    public long sizeBytes() {
        return cache.sizeBytes();
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cache.close();
        }
    }
}
