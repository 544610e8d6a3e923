package io.coppice.ebs;

import io.coppice.ebs.backend.LayerEncryption;
import io.coppice.ebs.backend.LocalVolumeBackend;
import io.coppice.ebs.copy.CopyBook;
import io.coppice.ebs.copy.SignedCopyStore;
import io.coppice.ebs.copy.SnapshotCopier;
import io.coppice.ebs.copy.SnapshotCopiesService;
import io.coppice.ebs.copy.SnapshotReturns;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.NbdTls;
import io.coppice.ebs.serve.QemuVolumeServer;
import io.coppice.ebs.serve.SimulatedVolumeServer;
import io.coppice.ebs.serve.VolumeServer;
import io.coppice.ebs.transfer.LayerDisks;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.pki.AuthorityTrust;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.role.S3Door;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.undo.Undo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** Volumes in layers of this machine's file system, and the copies of their snapshots. */
record LocalStorage(SiteConfig site, EbsConfig config, Transactions transactions, Clock clock) {
    /** What the role has for it. */
    record Means(Path folder, DiskKeys keys, OwnCertificate tls, Optional<NbdTls> nbd) {}

    /** Begins to serve what is there, and to copy snapshots. */
    Storage open(Means means, Undo undo) throws IOException {
        var layers = new Layers(means.folder().resolve("volumes"));
        var keys = means.keys();
        var server = server(means, layers);
        undo.add("stop looking after what is served", server::close);
        var backend = new LocalVolumeBackend(
                layers,
                server,
                new LayerEncryption(layers, keys, copier(), config.transfersAtOnce()),
                new LocalVolumeBackend.Limits(config.overcommit(), config.maxLayers()));
        var store = new SignedCopyStore(
                URI.create(S3Door.of(site).url()),
                site.region(),
                AuthorityTrust.of(means.tls().current().authority()),
                clock);
        var book = new CopyBook(clock);
        var limits = new SnapshotCopier.Limits(config.copiesAtOnce(), config.copyBytesPerSecond(), config.scanEvery());
        var snapshotCopier = new SnapshotCopier(transactions, book, layers, store, limits);
        snapshotCopier.start();
        undo.add("stop copying snapshots", snapshotCopier::close);
        return new Storage(
                backend,
                new SnapshotReturns(transactions, book, layers, store, limits),
                new LayerDisks(layers, keys),
                new SnapshotCopiesService(store, snapshotCopier),
                snapshotCopier::summary);
    }

    private LayerEncryption.Copier copier() {
        return isSimulated(config) ? LayerEncryption.Copier.NOTHING : new QemuImg(config.transferTime())::encrypt;
    }

    /** Whether volumes are served to simulated guests only. */
    static boolean isSimulated(EbsConfig config) {
        return config.volumeServer().equals("simulated");
    }

    private VolumeServer server(Means means, Layers layers) throws IOException {
        return isSimulated(config)
                ? new SimulatedVolumeServer()
                : new QemuVolumeServer(means.folder().resolve("run"), layers, means.keys(), means.nbd());
    }
}
