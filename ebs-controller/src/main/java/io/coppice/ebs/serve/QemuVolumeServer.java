package io.coppice.ebs.serve;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.StorageDaemon.Serving;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Serves volumes that are towers of layers in files of this machine. Thread-safe. */
public final class QemuVolumeServer implements VolumeServer {
    /** What a storage daemon takes to write out what it has in memory alone, when its disk does not hang. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Layers layers;
    private final DiskKeys keys;
    private final StorageDaemons daemons;
    private final boolean writesThrough;

    /**
     * Begins to look after what it will be told to serve.
     *
     * @param run for sockets and process ids; made when it is missing
     * @param layers what volumes are made of
     * @param keys of those that are encrypted
     * @param tls how volumes are served; empty: at Unix sockets
     * @param writesThrough whether daemons that are started from now on acknowledge a write only once it is on the disk
     */
    public QemuVolumeServer(Path run, Layers layers, DiskKeys keys, Optional<NbdTls> tls, boolean writesThrough)
            throws IOException {
        this.writesThrough = writesThrough;
        this.layers = layers;
        this.keys = keys;
        this.daemons = new StorageDaemons(run, this::disk, tls, PATIENCE);
    }

    private Optional<BlockDisk> disk(VolumeId volume) throws IOException {
        var head = layers.find(volume);
        return head.isPresent() ? Optional.of(tower(volume, head.get())) : Optional.empty();
    }

    private Tower tower(VolumeId volume, Path top) throws IOException {
        if (!Layers.isEncrypted(top)) {
            return new Tower(layers.chain(top), Optional.empty(), writesThrough);
        }
        return new Tower(layers.chain(top), Optional.of(keys.require(volume)), writesThrough);
    }

    @Override
    public List<VolumeExport> serve(VolumeId volume, Path layer, Grants grants) throws IOException {
        return daemons.serve(volume, tower(volume, layer), grants);
    }

    @Override
    public void withdraw(VolumeId volume) throws IOException {
        daemons.withdraw(volume);
    }

    @Override
    public Optional<Path> writtenTo(VolumeId volume) throws IOException {
        return daemons.nodeOf(volume).map(node -> LayerNodes.layer(layers.folder(), node));
    }

    @Override
    public void divert(VolumeId volume, Path layer) throws IOException {
        daemons.change(volume, (daemon, serving) -> {
            var from = LayerNodes.layer(layers.folder(), serving.node());
            if (!from.equals(layer)) {
                daemon.divert(from, layer);
            }
            return new Serving(serving.grants(), LayerNodes.name(layer));
        });
    }

    @Override
    public void whilePaused(Collection<VolumeId> volumes, Change change) throws IOException {
        daemons.whilePaused(volumes, change);
    }

    @Override
    public void flatten(VolumeId volume) throws IOException {
        daemons.change(volume, (daemon, serving) -> {
            var layer = LayerNodes.layer(layers.folder(), serving.node());
            if (daemon.flatten(layer)) {
                // A layer that is not needed according to a header that a power cut could bring back is needed.
                layers.whileNoneIsRemoved(() -> daemon.completeFlattening(layers.chain(layer)));
            }
            return serving;
        });
    }

    @Override
    public void close() {
        daemons.close();
    }
}
