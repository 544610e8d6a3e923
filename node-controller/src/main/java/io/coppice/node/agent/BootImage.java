package io.coppice.node.agent;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache;
import io.coppice.node.image.ImageCache.Arrival;
import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.PeerOffer;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.ImageReference;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.IntConsumer;

/** The image below an instance's root disk, which may still be on its way. Used by the actor's worker only. */
final class BootImage {
    /** A fresh address that is refused as well must not be asked for without a pause. */
    private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(8);

    private final ImageCache images;
    private long lastAsked = System.nanoTime() - BETWEEN_QUESTIONS.toNanos();

    BootImage(ImageCache images) {
        this.images = images;
    }

    /** Whether its root disk is made from an image, and not a volume. */
    static boolean isThere(DesiredInstance desired) {
        return desired.getRootVolumeId().isEmpty() && desired.hasImage();
    }

    /** Whether something became known of an image that is on its way for which its instances must be looked at. */
    static boolean hasNews(ImageCache images, DesiredInstance desired) throws IOException {
        return switch (arrival(images, desired)) {
            case NONE, COMING -> false;
            case WAITS_FOR_ADDRESS, REFUSED -> true;
        };
    }

    private static Arrival arrival(ImageCache images, DesiredInstance desired) throws IOException {
        return isThere(desired) ? images.arrival(desired.getImage().getSha256()) : Arrival.NONE;
    }

    /** The image, once a guest can boot from it. */
    CachedBase fetch(DesiredInstance desired, IntConsumer progress) throws IOException, InterruptedException {
        return images.fetchToBoot(spec(desired), progress);
    }

    /** Whether the guest reads what was not registered, and must not go on. */
    boolean isRefused(DesiredInstance desired) throws IOException {
        return arrival(images, desired) == Arrival.REFUSED;
    }

    /** Passes on the address that was told with the wish; returns whether another one must be asked for. */
    boolean wantsAddress(DesiredInstance desired) throws IOException {
        var arrival = arrival(images, desired);
        if (arrival == Arrival.NONE) {
            return false;
        }
        images.renew(spec(desired));
        var asks = arrival == Arrival.WAITS_FOR_ADDRESS && System.nanoTime() - lastAsked >= BETWEEN_QUESTIONS.toNanos();
        if (asks) {
            lastAsked = System.nanoTime();
        }
        return asks;
    }

    private static ImageSpec spec(DesiredInstance desired) {
        return spec(desired.getImage());
    }

    /** The same, as the image cache takes it. */
    static ImageSpec spec(ImageReference image) {
        var peers = image.getPeersList().stream()
                .map(peer -> new PeerOffer.Peer(peer.getNodeId(), peer.getAddress()))
                .toList();
        return new ImageSpec(
                image.getSha256(),
                image.getSizeBytes(),
                image.getFormat(),
                URI.create(image.getUrl()),
                new PeerOffer(peers, image.getPeerTicket()));
    }
}
