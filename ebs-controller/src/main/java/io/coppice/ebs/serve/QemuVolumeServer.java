package io.coppice.ebs.serve;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.StorageDaemon.Serving;
import io.coppice.ebs.serve.StorageDaemon.Tower;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Serves each volume by a process of its own, which it starts again when it dies. The guest's host dials again meanwhile, so
 * the guest waits and loses nothing. Thread-safe.
 */
public final class QemuVolumeServer implements VolumeServer {
    private static final Logger LOG = Logger.getLogger(QemuVolumeServer.class);
    private static final int PORTS_TRIED = 16;
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final Path run;
    private final Layers layers;
    private final DiskKeys keys;
    private final Optional<NbdTls> tls;
    private final Ports ports;
    private final Map<VolumeId, Kept> kept = new ConcurrentHashMap<>();
    private final Thread keeper;
    private volatile boolean closed;

    /** A volume that should be served. */
    private static final class Kept {
        private final ReentrantLock lock = new ReentrantLock();
        private volatile Optional<String> name = Optional.empty();
        /** What it served before it was paused; empty while it is not. */
        private volatile Optional<Serving> paused = Optional.empty();
    }

    /**
     * Begins to look after what it will be told to serve.
     *
     * @param run for sockets and process ids; made when it is missing
     * @param layers what volumes are made of
     * @param keys of those that are encrypted
     * @param tls how volumes are served; empty: at Unix sockets
     */
    public QemuVolumeServer(Path run, Layers layers, DiskKeys keys, Optional<NbdTls> tls) throws IOException {
        this.run = Files.createDirectories(run).toRealPath();
        // Others may pass through, to sockets that they know, and not look.
        Files.setPosixFilePermissions(this.run, PosixFilePermissions.fromString("rwx--x--x"));
        this.layers = layers;
        this.keys = keys;
        this.tls = tls;
        this.ports = new Ports(
                this.run,
                tls.map(NbdTls::firstPort).orElse(1),
                tls.map(NbdTls::lastPort).orElse(1));
        this.keeper = Thread.ofVirtual().name("volume-server").start(this::keepServing);
    }

    /**
     * Ends every storage daemon of a folder and returns how many there were. The EBS controller must not run: it would start
     * them again.
     */
    public static int stopAll(Path run) throws IOException {
        if (!Files.isDirectory(run)) {
            return 0;
        }
        var count = 0;
        try (var files = Files.newDirectoryStream(run.toRealPath(), VolumeId.PREFIX + "*.pid")) {
            for (var file : files) {
                var name = String.valueOf(file.getFileName());
                var volume = new VolumeId(name.substring(0, name.length() - ".pid".length()));
                new StorageDaemon(volume, run.toRealPath(), run).stop();
                count++;
            }
        }
        return count;
    }

    @Override
    public VolumeExport serve(VolumeId volume, Path layer, String name) throws IOException {
        return locked(volume, each -> {
            var daemon = daemon(volume);
            if (daemon.serving().map(Serving::name).filter(name::equals).isEmpty()) {
                daemon.stop();
                start(volume, layer, name);
            }
            each.name = Optional.of(name);
            return listening(volume).export(name);
        });
    }

    private Listening listening(VolumeId volume) throws IOException {
        return tls.isPresent()
                ? new Listening.WithTls(tls.get(), ports.of(volume))
                : new Listening.AtSocket(daemon(volume).nbdSocket());
    }

    /** Starts a daemon for a volume that none has yet, at a port that nothing else listens at. */
    private void start(VolumeId volume, Path layer, String name) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                daemon(volume).start(tower(volume, layer), name, listening(volume));
                return;
            } catch (IOException e) {
                if (attempt == PORTS_TRIED || !String.valueOf(e.getMessage()).contains("Address already in use")) {
                    throw e;
                }
                LOG.infof("something else listens at port %s, so that another one is taken", ports.of(volume));
                LOG.debugf("%s is served at port %s", volume, ports.next(volume));
            }
        }
    }

    private Tower tower(VolumeId volume, Path top) throws IOException {
        if (!Layers.isEncrypted(top)) {
            return new Tower(layers.chain(top), Optional.empty());
        }
        var key = keys.of(volume);
        if (key.isEmpty()) {
            throw new IOException(volume + " is encrypted, and its key is not known");
        }
        return new Tower(layers.chain(top), key);
    }

    @Override
    public void withdraw(VolumeId volume) throws IOException {
        locked(volume, each -> {
            each.name = Optional.empty();
            daemon(volume).stop();
            ports.release(volume);
            return true;
        });
        kept.remove(volume);
    }

    @Override
    public Optional<Path> writtenTo(VolumeId volume) throws IOException {
        var known = kept.get(volume);
        if (known == null) {
            return daemon(volume).serving().map(Serving::layer);
        }
        // A daemon that is just being started again is waited for: it writes to the layer that it was told of before.
        known.lock.lock();
        try {
            var serving =
                    known.paused.isPresent() ? known.paused : daemon(volume).serving();
            return serving.map(Serving::layer);
        } finally {
            known.lock.unlock();
        }
    }

    @Override
    public void divert(VolumeId volume, Path layer) throws IOException {
        locked(volume, each -> {
            var daemon = daemon(volume);
            var serving = each.paused.isPresent() ? each.paused : daemon.serving();
            if (serving.isPresent() && !serving.get().layer().equals(layer)) {
                daemon.divert(serving.get().layer(), layer);
                each.paused = each.paused.map(paused -> new Serving(paused.name(), layer));
            }
            return true;
        });
    }

    @Override
    public void whilePaused(Collection<VolumeId> volumes, Change change) throws IOException {
        // Always in the same order: two pauses never wait for each other.
        var inOrder = volumes.stream()
                .distinct()
                .sorted(Comparator.comparing(VolumeId::value))
                .toList();
        whilePaused(inOrder, 0, change);
    }

    private void whilePaused(List<VolumeId> volumes, int next, Change change) throws IOException {
        if (next == volumes.size()) {
            change.make();
            return;
        }
        var volume = volumes.get(next);
        locked(volume, each -> {
            var serving = each.paused.isPresent()
                    ? Optional.<Serving>empty()
                    : daemon(volume).serving();
            each.paused = serving.isPresent() ? serving : each.paused;
            try {
                if (serving.isPresent()) {
                    daemon(volume).close(serving.get().name());
                }
                whilePaused(volumes, next + 1, change);
            } finally {
                if (serving.isPresent()) {
                    resume(volume, each);
                }
            }
            return true;
        });
    }

    private void resume(VolumeId volume, Kept each) throws IOException {
        var paused = each.paused;
        each.paused = Optional.empty();
        try {
            daemon(volume).reopen(paused.orElseThrow());
        } catch (IOException e) {
            LOG.warnf(e, "the storage daemon of %s does not serve it any more and is replaced", volume);
            // What finds it gone starts another one.
            daemon(volume).stop();
        }
    }

    @Override
    public void flatten(VolumeId volume) throws IOException {
        locked(volume, each -> {
            var daemon = daemon(volume);
            var serving = daemon.serving();
            if (serving.isPresent()) {
                daemon.flatten(serving.get().layer());
            }
            return true;
        });
    }

    @Override
    public void close() {
        closed = true;
        keeper.interrupt();
    }

    private void keepServing() {
        while (!closed) {
            for (var volume : kept.keySet()) {
                try {
                    restartIfDead(volume);
                } catch (IOException | RuntimeException e) {
                    // The boundary of the look: the next one tries again, and the other volumes are looked after.
                    LOG.errorf(e, "%s is not served; its guest waits for it", volume);
                }
            }
            try {
                Thread.sleep(LOOK_EVERY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void restartIfDead(VolumeId volume) throws IOException {
        var daemon = daemon(volume);
        if (daemon.process().isPresent()) {
            return;
        }
        locked(volume, each -> {
            var name = each.name;
            var head = layers.find(volume);
            if (name.isPresent() && head.isPresent() && daemon.process().isEmpty()) {
                LOG.warnf("the storage daemon of %s died and is started again", volume);
                daemon.stop();
                // Where its guest's host dials again.
                daemon.start(tower(volume, head.get()), name.get(), listening(volume));
            }
            return true;
        });
    }

    private StorageDaemon daemon(VolumeId volume) {
        return new StorageDaemon(volume, run, layers.folder());
    }

    private <T> T locked(VolumeId volume, Work<T> work) throws IOException {
        var each = kept.computeIfAbsent(volume, id -> new Kept());
        each.lock.lock();
        try {
            return work.on(each);
        } finally {
            each.lock.unlock();
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T on(Kept kept) throws IOException;
    }
}
