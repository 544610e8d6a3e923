package io.coppice.node.image;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.node.image.serve.PeerOffer;
import io.coppice.node.image.serve.PeerOffer.Peer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** How this host asks others for images, and which of them it does not ask because they gave wrong bytes. Thread-safe. */
public final class ImagePeers {
    private static final Logger LOG = Logger.getLogger(ImagePeers.class);
    private static final Duration DISTRUSTED_FOR = Duration.ofHours(1);
    private static final int MOST_DISTRUSTED = 1024;

    private final Settings settings;
    private final Clock clock;
    private final Map<String, Instant> distrustedUntil = new ConcurrentHashMap<>();

    /**
     * How others are asked.
     *
     * @param own this host's certificate
     * @param certificateFolder where it lies, for processes of their own
     * @param stallLimit one that does not answer, or sends nothing, for this long is left
     * @param leastBytesPerSecond one that sends less is left as well
     */
    public record Settings(OwnCertificate own, Path certificateFolder, Duration stallLimit, long leastBytesPerSecond) {}

    public ImagePeers(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    Settings settings() {
        return settings;
    }

    /** Without those that are not trusted now. */
    PeerOffer trusted(PeerOffer offer) {
        return new PeerOffer(offer.peers().stream().filter(this::isTrusted).toList(), offer.ticket());
    }

    /** Whether bytes of this host are believed until they are compared. */
    boolean isTrusted(Peer peer) {
        var until = distrustedUntil.get(peer.nodeId());
        return until == null || clock.instant().isAfter(until);
    }

    /** These hosts gave bytes for an image that came out wrong; one of them at least is to blame. */
    void distrust(Collection<String> nodeIds) {
        var until = clock.instant().plus(DISTRUSTED_FOR);
        for (var node : nodeIds) {
            if (distrustedUntil.size() < MOST_DISTRUSTED && distrustedUntil.put(node, until) == null) {
                LOG.warnf(
                        "host %s gave bytes for an image that came out wrong: it is not asked for images for %s",
                        node, DISTRUSTED_FOR);
            }
        }
        distrustedUntil.values().removeIf(clock.instant()::isAfter);
    }
}
