package io.coppice.node.image;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.secret.ImageTicket;
import io.coppice.node.door.HostDoor;
import io.coppice.node.image.serve.PeerOffer;
import io.coppice.node.image.serve.PeerOffer.Peer;
import io.coppice.node.image.serve.RateLimit;
import io.coppice.node.image.share.ImageShare;
import io.coppice.node.image.share.TicketKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A host of one zone that gives images to others and asks them: real TLS and HTTP on the loopback interface. */
final class SharingHost implements AutoCloseable {
    /** Of the zone. */
    static final byte[] KEY = new byte[ImageTicket.KEY_BYTES];

    private static final Duration STALL_LIMIT = Duration.ofSeconds(2);

    private final String id = NodeId.random().value();
    private final Path folder;
    private final OwnCertificate own;
    private final ImagePeers peers;
    private final SharingImageCache cache;
    private final HttpImageCache kept;

    /** Gives two images at a time. */
    SharingHost(CertificateAuthority authority, Path parent) throws IOException {
        this(authority, parent, Long.MAX_VALUE, new ImageShare.Limits(2, 0, Duration.ofSeconds(1)));
    }

    /** @param lazyAboveBytes images of more bytes are booted from while they arrive */
    SharingHost(CertificateAuthority authority, Path parent, long lazyAboveBytes, ImageShare.Limits limits)
            throws IOException {
        folder = parent.resolve(id);
        var certificate = authority.issue(new PeerIdentity(PeerKind.NODE, id), Set.of());
        certificate.save(folder.resolve("pki"));
        own = OwnCertificate.of(certificate);
        peers = new ImagePeers(
                new ImagePeers.Settings(own, folder.resolve("pki"), STALL_LIMIT, 10_000), Clock.systemUTC());
        var arrivals = new Arrivals(
                new Arrivals.Settings(
                        arriving(),
                        lazyAboveBytes,
                        2,
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(10),
                        0,
                        Optional.empty(),
                        Optional.of(peers)),
                Set::of);
        kept = new HttpImageCache(
                folder.resolve("images"),
                new HttpImageCache.Limits(1 << 30, 0),
                Set::of,
                new Downloader(null, Duration.ofSeconds(20), new RateLimit(0), Optional.of(peers)),
                arrivals,
                Clock.systemUTC());
        var keys = new TicketKeys();
        var door = new HostDoor(listen(), own, List.of(new ImageShare(kept, keys, limits)));
        cache = new SharingImageCache(kept, keys, door, "127.0.0.1:" + door.port());
        cache.admitBy(KEY);
    }

    static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    Path arriving() {
        return folder.resolve("arriving");
    }

    String id() {
        return id;
    }

    ImageCache cache() {
        return cache;
    }

    ImagePeers peers() {
        return peers;
    }

    OwnCertificate own() {
        return own;
    }

    Peer peer() {
        return new Peer(id, cache.peerAddress());
    }

    /** What the Cluster Controller tells this host of those who have an image. */
    PeerOffer offer(String sha256, Peer... others) {
        return new PeerOffer(Arrays.asList(others), ImageTicket.of(KEY, id, sha256));
    }

    @Override
    public void close() throws IOException {
        cache.close();
        Arrivals.stopAll(arriving());
    }
}
