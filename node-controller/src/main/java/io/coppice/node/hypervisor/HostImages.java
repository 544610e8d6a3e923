package io.coppice.node.hypervisor;

import io.coppice.foundation.pki.AuthorityTrust;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.door.HostDoor;
import io.coppice.node.image.Arrivals;
import io.coppice.node.image.Downloader;
import io.coppice.node.image.HttpImageCache;
import io.coppice.node.image.ImageCache;
import io.coppice.node.image.ImagePeers;
import io.coppice.node.image.SharingImageCache;
import io.coppice.node.image.serve.RateLimit;
import io.coppice.node.image.share.ImageShare;
import io.coppice.node.image.share.TicketKeys;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts the image cache of a real host together. */
final class HostImages {
    private static final Duration STALL_LIMIT = Duration.ofSeconds(30);
    /** Each is a process. */
    private static final int ARRIVALS_AT_ONCE = 4;

    private static final Duration UNWANTED_LIMIT = Duration.ofMinutes(10);
    /** Less would be below one block in the time that a store is given to answer. */
    private static final long LEAST_BYTES_PER_SECOND = 100_000;

    /** Another host that is away is left sooner than a store that is. */
    private static final Duration PEER_STALL_LIMIT = Duration.ofSeconds(10);

    private static final long LEAST_PEER_BYTES_PER_SECOND = 256 << 10;
    /** As many hosts get images from here at a time. */
    private static final int GIVEN_AT_ONCE = 8;
    /** Below {@link #PEER_STALL_LIMIT}, so that who waits hears why. */
    private static final Duration GIVING_PATIENCE = Duration.ofSeconds(6);

    private HostImages() {}

    /**
     * Opens it.
     *
     * @param inUse tells which images disks are based on
     * @param authority for images at https addresses; null for the public ones
     * @param sharing empty where images come from their stores alone
     */
    static ImageCache open(
            NodeConfig config,
            Path folder,
            HttpImageCache.InUse inUse,
            @Nullable X509Certificate authority,
            Optional<PeerSite> sharing)
            throws IOException {
        var rate = config.imageBytesPerSecond();
        requireRate("coppice.node.image-bytes-per-second", rate);
        requireRate("coppice.node.image-peer-bytes-per-second", config.imagePeerBytesPerSecond());
        var peers = sharing.map(each -> new ImagePeers(
                new ImagePeers.Settings(
                        each.own(), each.certificateFolder(), PEER_STALL_LIMIT, LEAST_PEER_BYTES_PER_SECOND),
                Clock.systemUTC()));
        var lazy = config.imageLazyAboveMib();
        var arrivals = new Arrivals(
                new Arrivals.Settings(
                        folder.resolve(LibvirtHost.ARRIVALS),
                        lazy == 0 ? Long.MAX_VALUE : lazy << 20,
                        ARRIVALS_AT_ONCE,
                        STALL_LIMIT,
                        UNWANTED_LIMIT,
                        rate,
                        encoded(authority),
                        peers),
                inUse);
        var cache = new HttpImageCache(
                folder.resolve("images"),
                new HttpImageCache.Limits((long) config.imageCacheGib() << 30, LibvirtHost.RESERVED_DISK_MIB << 20),
                inUse,
                new Downloader(
                        authority == null ? null : AuthorityTrust.of(authority),
                        STALL_LIMIT,
                        new RateLimit(rate),
                        peers),
                arrivals,
                Clock.systemUTC());
        return sharing.isPresent() ? shared(cache, config, sharing.get()) : cache;
    }

    private static SharingImageCache shared(HttpImageCache cache, NodeConfig config, PeerSite sharing)
            throws IOException {
        var keys = new TicketKeys();
        var limits = new ImageShare.Limits(GIVEN_AT_ONCE, config.imagePeerBytesPerSecond(), GIVING_PATIENCE);
        var share = new ImageShare(cache, keys, limits);
        try {
            var socket = new ServerSocket(config.imagePeerPort(), 50, sharing.address());
            var door = new HostDoor(socket, sharing.own(), List.of(share));
            return new SharingImageCache(
                    cache, keys, door, sharing.address().getHostAddress() + ":" + socket.getLocalPort());
        } catch (IOException e) {
            cache.close();
            throw new IOException(
                    "other hosts cannot come in at %s, port %d (coppice.node.image-peer-address and -port, or image-peers=false): %s"
                            .formatted(sharing.address().getHostAddress(), config.imagePeerPort(), e.getMessage()),
                    e);
        }
    }

    private static void requireRate(String key, long bytesPerSecond) {
        if (bytesPerSecond != 0 && bytesPerSecond < LEAST_BYTES_PER_SECOND) {
            throw new IllegalArgumentException(key + " is 0 or at least " + LEAST_BYTES_PER_SECOND);
        }
    }

    private static Optional<byte[]> encoded(@Nullable X509Certificate authority) throws IOException {
        try {
            return authority == null ? Optional.empty() : Optional.of(authority.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IOException("the authority's certificate cannot be written", e);
        }
    }
}
