package io.coppice.node.image;

import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.PeerClient;
import io.coppice.node.image.serve.PeerOffer.Peer;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/** Fetches an image from other hosts, one after the other, each from the byte at which the one before it ended. Used by one thread. */
final class PeerDownload {
    private static final Logger LOG = Logger.getLogger(PeerDownload.class);

    private final ImagePeers peers;
    private final BodyCopy copy;
    private final Set<String> gave = new LinkedHashSet<>();

    PeerDownload(ImagePeers peers, BodyCopy copy) {
        this.peers = peers;
        this.copy = copy;
    }

    /** The hosts that gave anything. */
    Set<String> gave() {
        return gave;
    }

    /** Asks each of them once. What is missing afterwards has to come from elsewhere. */
    void run(ImageSpec image, PartFile part, IntConsumer progress) throws IOException, InterruptedException {
        for (var peer : peers.trusted(image.peers()).peers()) {
            if (part.isWhole()) {
                return;
            }
            try {
                ask(peer, image, part, progress);
            } catch (IOException e) {
                if (e instanceof ImageUnavailableException unavailable && !unavailable.worthRetrying()) {
                    peers.distrust(Set.of(peer.nodeId()));
                }
                LOG.infof(
                        "image %s: %d of %d bytes are here, and no more come from host %s: %s",
                        image.sha256(), part.size(), part.wholeBytes(), peer.nodeId(), e.getMessage());
            }
        }
    }

    private void ask(Peer peer, ImageSpec image, PartFile part, IntConsumer progress)
            throws IOException, InterruptedException {
        var settings = peers.settings();
        var before = part.size();
        var wish = new PeerClient.Wish(image.sha256(), image.peers().ticket(), before, part.wholeBytes());
        try (var client = new PeerClient(peer, settings.own().current());
                var body = client.open(wish, settings.stallLimit())) {
            copy.run(body, part, false, progress);
        } finally {
            if (part.size() > before) {
                gave.add(peer.nodeId());
            }
        }
    }
}
