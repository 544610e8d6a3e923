package io.coppice.server.bench.volume;

import io.coppice.ebs.backend.LayerEncryption;
import io.coppice.ebs.backend.LocalVolumeBackend;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.QemuVolumeServer;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.server.bench.BenchFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * The local backend of the EBS controller in a folder of its own, with real storage daemons. Closing it ends them and removes
 * the folder. Used by one thread.
 */
record VolumeLab(BenchFolder folder, Layers layers, QemuVolumeServer server, LocalVolumeBackend backend)
        implements AutoCloseable {
    /** The volumes are thin, and what is measured does not fill them. */
    private static final double OVERCOMMIT = 1000;

    private static final int MOST_LAYERS = 64;

    static VolumeLab open() throws IOException {
        var folder = BenchFolder.create("volumes");
        var layers = new Layers(folder.path().resolve("volumes"));
        var server = new QemuVolumeServer(run(folder), layers, DiskKeys.NONE, Optional.empty(), true);
        var limits = new LocalVolumeBackend.Limits(OVERCOMMIT, MOST_LAYERS);
        return new VolumeLab(
                folder, layers, server, new LocalVolumeBackend(layers, server, LayerEncryption.none(layers), limits));
    }

    private static Path run(BenchFolder folder) {
        return folder.path().resolve("run");
    }

    /** A new, empty volume. */
    VolumeId volume(long sizeBytes) throws IOException {
        var id = VolumeId.random();
        backend.create(id, sizeBytes, Optional.empty());
        return id;
    }

    /** Serves a volume under a new name. */
    VolumeExport serve(VolumeId volume) throws IOException {
        return backend.serve(volume, "e" + UUID.randomUUID().toString().replace("-", ""));
    }

    @Override
    public void close() throws IOException {
        server.close();
        StorageDaemons.stopAll(run(folder));
        folder.remove();
    }
}
