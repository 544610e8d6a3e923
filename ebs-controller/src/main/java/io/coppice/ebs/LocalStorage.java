package io.coppice.ebs;

import io.coppice.ebs.backend.LayerEncryption;
import io.coppice.ebs.backend.LocalVolumeBackend;
import io.coppice.ebs.copy.SnapshotHome;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.NbdTls;
import io.coppice.ebs.serve.QemuVolumeServer;
import io.coppice.ebs.serve.SimulatedVolumeServer;
import io.coppice.ebs.serve.VolumeServer;
import io.coppice.ebs.transfer.LayerDisks;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.foundation.undo.Undo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Volumes in layers of this machine's file system, and the copies of their snapshots. */
record LocalStorage(EbsConfig config, SnapshotCopying copying) {
    /** What the role has for it. */
    record Means(Path folder, DiskKeys keys, Optional<NbdTls> nbd) {}

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
        var copies = copying.start(SnapshotHome.of(copying.transactions(), copying.book(), layers), undo);
        return new Storage(backend, copies.lost(), new LayerDisks(layers, keys), copies.door(), copies.summary());
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
                : new QemuVolumeServer(
                        means.folder().resolve("run"), layers, means.keys(), means.nbd(), config.writeThrough());
    }
}
