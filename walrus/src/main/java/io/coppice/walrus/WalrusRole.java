package io.coppice.walrus;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleHealth;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.role.S3Door;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.foundation.undo.Undo;
import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.bundle.BundleKey;
import io.coppice.walrus.encryption.KeyStore;
import io.coppice.walrus.http.LogDeliveryService;
import io.coppice.walrus.http.S3Server;
import io.coppice.walrus.http.S3Settings;
import io.coppice.walrus.http.SegmentSender;
import io.coppice.walrus.http.Shortcuts;
import io.coppice.walrus.http.Store;
import io.coppice.walrus.identity.Identity;
import io.coppice.walrus.identity.RemoteIdentity;
import io.coppice.walrus.identity.RemoteSigningKeys;
import io.coppice.walrus.image.DownloadUrls;
import io.coppice.walrus.image.ImageDownloads;
import io.coppice.walrus.image.ImageStoreService;
import io.coppice.walrus.image.Images;
import io.coppice.walrus.lifecycle.LifecycleRun;
import io.coppice.walrus.metadata.BlobChecks;
import io.coppice.walrus.metadata.BlobCollector;
import io.coppice.walrus.metadata.Blobs;
import io.coppice.walrus.metadata.PinnedImages;
import io.coppice.walrus.metadata.Scrubber;
import io.coppice.walrus.metadata.Transactions;
import io.coppice.walrus.metadata.UsageService;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.notification.Outbox;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Walrus as a role: opens its doors, and runs the collector of unused bytes. Thread-safe. */
@ApplicationScoped
public class WalrusRole implements Role {
    private static final int MAX_ROW_BYTES = 1024 * 1024;

    private final SiteConfig site;
    private final WalrusConfig config;
    private final BlobConfig blobConfig;
    private final NotificationConfig notifications;
    private final Vertx vertx;
    private final Transactions transactions;
    private final Clock clock = Clock.systemUTC();

    private @Nullable Running running;

    /** What is up while the role is. {@code stop} takes all of it down. */
    private record Running(
            Undo stop,
            RemoteSigningKeys keys,
            BlobStore blobs,
            Couriers couriers,
            BackgroundLoop collector,
            BackgroundLoop lifecycle,
            BackgroundLoop scrubber,
            PacedScrubber scrubbing) {}

    /** Built by the container. */
    public WalrusRole(
            SiteConfig site,
            WalrusConfig config,
            BlobConfig blobConfig,
            NotificationConfig notifications,
            Vertx vertx,
            Transactions transactions) {
        this.site = site;
        this.config = config;
        this.blobConfig = blobConfig;
        this.notifications = notifications;
        this.vertx = vertx;
        this.transactions = transactions;
    }

    @Override
    public RoleName name() {
        return RoleName.WALRUS;
    }

    @Override
    public synchronized void start() {
        if (running != null) {
            return;
        }
        var undo = Undo.begin();
        try {
            running = open(undo);
        } catch (IOException e) {
            throw new RoleStartException(
                    "Walrus does not start: " + e.getMessage(),
                    "free the addresses " + site.endpoints().s3() + " and "
                            + site.endpoints().walrus() + " or choose others with coppice.endpoints.s3 and"
                            + " coppice.endpoints.walrus, and check who may write " + site.dataDir(),
                    e);
        } finally {
            if (running == null) {
                undo.close();
            }
        }
    }

    @Override
    public synchronized void stop() {
        if (running != null) {
            running.stop().close();
            running = null;
        }
    }

    @Override
    public synchronized RoleHealth health() {
        if (running == null) {
            return RoleHealth.notReady("not started");
        }
        try {
            var free = running.blobs().freeBytes();
            return RoleHealth.ready(
                    "serves S3 on " + S3Door.of(site).url(),
                    Map.of(
                            "s3", site.endpoints().s3(),
                            "freeBytes", String.valueOf(free),
                            "identityWatch", String.valueOf(running.keys().watching()),
                            "collector", running.collector().summary(),
                            "notifications", running.couriers().summary(),
                            "lifecycle", running.lifecycle().summary(),
                            "scrubber",
                                    running.scrubber().summary() + ", "
                                            + running.scrubbing().progress(),
                            "damaged", running.scrubbing().damaged()));
        } catch (IOException e) {
            return RoleHealth.notReady("the folder of the objects cannot be read: " + e.getMessage());
        }
    }

    private Running open(Undo undo) throws IOException {
        var folder = Files.createDirectories(site.dataDir().resolve("walrus"));
        var door = S3Door.of(site);
        var tls = certificate(door);
        var blobStore = BlobStores.open(blobConfig, folder, config.reserveBytes(), undo);
        var blobs = new Blobs(clock);
        var urls = DownloadUrls.open(folder.resolve("download-secret"), clock);

        var channel = RpcChannels.open(Address.parse(site.endpoints().cloud()), tls, PeerKind.CLOUD_CONTROLLER);
        undo.add("close the channel to the Cloud Controller", channel::shutdownNow);
        var keys = new RemoteSigningKeys(channel, clock, config.signingKeyCache());
        undo.add("stop watching identity", keys::close);

        var identity = new RemoteIdentity(channel);
        var encryptionKeys =
                KeyStore.open(folder.resolve("master-key"), config.kmsKeys().orElse(List.of()));

        var bundleKey = BundleKey.open(folder, clock);
        var images = new Images(transactions, blobs, blobStore, bundleKey, clock);
        var store = new Store(
                transactions,
                clock,
                blobs,
                blobStore,
                encryptionKeys,
                Math.clamp(config.rowBytes(), 0, MAX_ROW_BYTES),
                Shortcuts.of(transactions, clock));
        var rpc = RpcServer.listeningOn(Address.parse(site.endpoints().walrus()), tls)
                .offer(new ImageStoreService(images, urls, door.url()), PeerKind.CLOUD_CONTROLLER)
                .offer(new UsageService(transactions), PeerKind.CLOUD_CONTROLLER)
                .offer(new LogDeliveryService(store, identity), PeerKind.CLOUD_CONTROLLER)
                .start();
        undo.add("close the gRPC door", rpc::close);

        var downloads = new ImageDownloads(
                transactions,
                new PinnedImages(clock, blobs),
                urls,
                new SegmentSender(blobStore, config.idleLimit()),
                bundleKey.certificate());
        var settings = new S3Settings(
                site.region(),
                config.domains(),
                config.websiteDomains(),
                config.maxConcurrentRequests(),
                config.maxPutBytes(),
                config.idleLimit(),
                config.loggedRefusalsPerMinute(),
                new S3Settings.Telling(
                        Couriers.names(notifications),
                        notifications.backlog(),
                        config.accessLogEvery(),
                        config.accessLogLines(),
                        Optional.of(folder.resolve("access-log"))));
        var server = new S3Server(
                vertx,
                store,
                new Identity(keys, identity, identity),
                settings,
                Optional.of(downloads),
                door.secure() ? Optional.of(tls.keyManager()) : Optional.empty());
        server.start(door.address());
        undo.add("close the S3 door", server::close);

        var outbox = new Outbox(notifications.backlog());
        var couriers = Couriers.start(notifications, transactions, outbox, clock);
        undo.add("stop telling events", couriers::close);

        var garbage = new BlobCollector(transactions, blobs, blobStore, clock, config.blobGrace());
        var collector = BackgroundLoop.start(
                "collector", config.collectEvery(), clock, loop -> "removed " + garbage.run() + " blobs");
        undo.add("stop the collector", collector::close);
        var rules =
                new LifecycleRun(transactions, clock, blobs, new Announcements(clock, outbox), config.lifecycleDay());
        var lifecycle = BackgroundLoop.start(
                "lifecycle rules",
                config.lifecycleEvery(),
                clock,
                loop -> "removed " + rules.run() + " versions and uploads");
        undo.add("stop the lifecycle rules", lifecycle::close);
        var checks = new BlobChecks(transactions);
        var scrubbing = new PacedScrubber(
                new Scrubber(checks, blobStore, clock, config.scrubEvery()), checks, config.scrubBytesPerSecond());
        var scrubber = BackgroundLoop.start("scrubber", PacedScrubber.PAUSE, clock, scrubbing);
        undo.add("stop the scrubber", scrubber::close);
        return new Running(undo, keys, blobStore, couriers, collector, lifecycle, scrubber, scrubbing);
    }

    /** Beside the authority it is issued with the names of the S3 door; from elsewhere it must have brought them. */
    private OwnCertificate certificate(S3Door door) {
        var identity = RolePki.identity(name(), site.region(), site.zone());
        if (!door.secure()) {
            return RolePki.keep(site.dataDir(), identity, clock);
        }
        var host = door.address().host();
        var own = RolePki.keep(
                site.dataDir(),
                identity,
                S3Door.names(
                        host,
                        Stream.concat(config.domains().stream(), config.websiteDomains().stream())
                                .toList()),
                clock);
        if (!own.current().hosts().contains(host)) {
            throw new RoleStartException(
                    "the certificate of Walrus does not name " + host + ", where its S3 door speaks HTTPS",
                    "on the Cloud Controller's machine run \"coppice role-certificate walrus --host " + host
                            + " --out DIR\" and copy what is in DIR to " + RolePki.folder(site.dataDir(), identity));
        }
        return own;
    }
}
