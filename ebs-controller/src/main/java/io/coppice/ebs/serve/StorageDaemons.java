package io.coppice.ebs.serve;

import io.coppice.ebs.serve.StorageDaemon.Serving;
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
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Serves each volume by a process of its own, which it starts again when it dies. The guest's host dials again meanwhile, so
 * the guest waits and loses nothing. Thread-safe.
 */
public final class StorageDaemons implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StorageDaemons.class);
    private static final int PORTS_TRIED = 16;
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final Path run;
    private final Disks disks;
    private final Optional<NbdTls> tls;
    private final Duration patience;
    private final Ports ports;
    private final Map<VolumeId, Kept> kept = new ConcurrentHashMap<>();
    private final Thread keeper;
    private volatile boolean closed;

    /** Finds what a volume's daemon opens. */
    @FunctionalInterface
    public interface Disks {
        /** As it is now; empty when there is no such volume. */
        Optional<BlockDisk> find(VolumeId volume) throws IOException;
    }

    /** Does something to a daemon that serves. */
    @FunctionalInterface
    interface Work {
        /** Returns what it serves then. */
        Serving on(StorageDaemon daemon, Serving serving) throws IOException;
    }

    /** A volume that should be served. */
    private static final class Kept {
        private final ReentrantLock lock = new ReentrantLock();
        private volatile Grants grants = Grants.NOBODY;
        /** What it served before it was paused; empty while it is not. */
        private volatile Optional<Serving> paused = Optional.empty();
    }

    /**
     * Begins to look after what it will be told to serve.
     *
     * @param run for sockets and process ids; made when it is missing
     * @param disks what is opened by a daemon that takes the place of a dead one
     * @param tls how volumes are served; empty: at Unix sockets
     * @param patience how long a daemon may take to end in an orderly way before it is killed; zero: it is killed at once
     */
    public StorageDaemons(Path run, Disks disks, Optional<NbdTls> tls, Duration patience) throws IOException {
        this.run = Files.createDirectories(run).toRealPath();
        // Others may pass through, to sockets that they know, and not look.
        Files.setPosixFilePermissions(this.run, PosixFilePermissions.fromString("rwx--x--x"));
        this.disks = disks;
        this.tls = tls;
        this.patience = patience;
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
                new StorageDaemon(volume, run.toRealPath(), Duration.ZERO).stop();
                count++;
            }
        }
        return count;
    }

    /**
     * Serves a volume under these names and no other: who had it under another one has lost it when this returns. Those who
     * share it, and still may, keep their connections.
     *
     * @param disk what is opened, unless it is served so already
     * @param grants one name or more
     * @return one for each name, in their order
     */
    public List<VolumeExport> serve(VolumeId volume, BlockDisk disk, Grants grants) throws IOException {
        return locked(volume, each -> {
            var daemon = daemon(volume);
            var serving = daemon.serving();
            if (serving.isPresent() && canGoOn(daemon, serving.get().grants(), each.grants, grants)) {
                change(daemon, serving.get(), grants);
            } else {
                daemon.stop();
                start(volume, disk, grants);
            }
            each.grants = grants;
            var listening = listening(volume);
            return grants.names().stream().map(listening::export).toList();
        });
    }

    /**
     * Whether a daemon can become what it should be. Another one takes its place when a name that stays has gone to another host: only
     * its end is the end of everything that the former one may have begun.
     *
     * @param present as the daemon tells it
     * @param before what it was told last, as far as this process knows
     */
    private boolean canGoOn(StorageDaemon daemon, Grants present, Grants before, Grants next) throws IOException {
        if (present.shared() != next.shared()
                || (!next.shared() && !present.names().equals(next.names()))) {
            return false;
        }
        return tls.isEmpty()
                || daemon.admitted().without(Admission.of(next)).isEmpty()
                || present.names().stream()
                        .filter(next.names()::contains)
                        .allMatch(name -> Objects.equals(
                                before.hosts().get(name), next.hosts().get(name)));
    }

    /** Who may no longer is cut off before anybody else may. */
    private void change(StorageDaemon daemon, Serving serving, Grants grants) throws IOException {
        var gone = new TreeSet<>(serving.grants().names());
        gone.removeAll(grants.names());
        if (!gone.isEmpty()) {
            daemon.close(gone);
        }
        if (tls.isPresent() && !daemon.admitted().equals(Admission.of(grants))) {
            daemon.admit(Admission.of(grants));
        }
        var added = new TreeSet<>(grants.names());
        added.removeAll(serving.grants().names());
        if (!added.isEmpty()) {
            daemon.open(serving.node(), added);
        }
    }

    private Listening listening(VolumeId volume) throws IOException {
        return tls.isPresent()
                ? new Listening.WithTls(tls.get(), ports.of(volume))
                : new Listening.AtSocket(daemon(volume).nbdSocket());
    }

    /** Starts a daemon for a volume that none has yet, at a port that nothing else listens at. */
    private void start(VolumeId volume, BlockDisk disk, Grants grants) throws IOException {
        disk.cutOffOthers();
        for (int attempt = 1; ; attempt++) {
            try {
                daemon(volume).start(disk, grants, listening(volume));
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

    /** Ends the daemon of a volume on this machine; nobody can write through it when this returns. */
    public void withdraw(VolumeId volume) throws IOException {
        locked(volume, each -> {
            each.grants = Grants.NOBODY;
            daemon(volume).stop();
            ports.release(volume);
            return true;
        });
        kept.remove(volume);
    }

    /** The node that a served volume is written to; empty when it is not served. */
    Optional<String> nodeOf(VolumeId volume) throws IOException {
        var known = kept.get(volume);
        if (known == null) {
            return daemon(volume).serving().map(Serving::node);
        }
        // A daemon that is just being started again is waited for: it writes to the node that it was told of before.
        known.lock.lock();
        try {
            return serving(volume, known).map(Serving::node);
        } finally {
            known.lock.unlock();
        }
    }

    private Optional<Serving> serving(VolumeId volume, Kept each) throws IOException {
        return each.paused.isPresent() ? each.paused : daemon(volume).serving();
    }

    /** Does something to the daemon of a volume, if it is served. */
    void change(VolumeId volume, Work work) throws IOException {
        locked(volume, each -> {
            var serving = serving(volume, each);
            if (serving.isPresent()) {
                var next = work.on(daemon(volume), serving.get());
                each.paused = each.paused.map(paused -> next);
            }
            return true;
        });
    }

    /**
     * Has a volume that is served be seen as large as its disk has become, bytes. Who has it open is cut off and finds it
     * again under the same name. Does nothing when it is seen so large already.
     */
    public void show(VolumeId volume, long sizeBytes) throws IOException {
        change(volume, (daemon, serving) -> {
            if (daemon.sizeBytes(serving.node()) < sizeBytes) {
                whilePaused(
                        List.of(volume),
                        () -> change(volume, (same, paused) -> {
                            same.resize(paused.node(), sizeBytes);
                            return paused;
                        }));
            }
            return serving;
        });
    }

    /**
     * Does something while no daemon has a volume's disk open. Who has the volume is cut off and finds it again under the same
     * name, as it is then, however that ends. It may take longer than a pause.
     */
    public void whileClosed(VolumeId volume, VolumeServer.Change change) throws IOException {
        locked(volume, each -> {
            var daemon = daemon(volume);
            var grants = serving(volume, each).map(Serving::grants).orElse(each.grants);
            daemon.stop();
            try {
                change.make();
            } finally {
                if (!grants.isEmpty()) {
                    // Should the start fail, what finds no daemon starts one.
                    each.grants = grants;
                    startAgain(volume, daemon, grants);
                }
            }
            return true;
        });
    }

    /** As {@link VolumeServer#whilePaused}. */
    public void whilePaused(Collection<VolumeId> volumes, VolumeServer.Change change) throws IOException {
        // Always in the same order: two pauses never wait for each other.
        var inOrder = volumes.stream()
                .distinct()
                .sorted(Comparator.comparing(VolumeId::value))
                .toList();
        whilePaused(inOrder, 0, change);
    }

    private void whilePaused(List<VolumeId> volumes, int next, VolumeServer.Change change) throws IOException {
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
                    daemon(volume).close(serving.get().grants().names());
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
        var paused = each.paused.orElseThrow();
        each.paused = Optional.empty();
        try {
            daemon(volume).open(paused.node(), paused.grants().names());
        } catch (IOException e) {
            LOG.warnf(e, "the storage daemon of %s does not serve it any more and is replaced", volume);
            // What finds it gone starts another one.
            daemon(volume).stop();
        }
    }

    /** Stops looking after what is served; it stays served. */
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
            if (!each.grants.isEmpty() && daemon.process().isEmpty()) {
                LOG.warnf("the storage daemon of %s died and is started again", volume);
                startAgain(volume, daemon, each.grants);
            }
            return true;
        });
    }

    private void startAgain(VolumeId volume, StorageDaemon daemon, Grants grants) throws IOException {
        var disk = disks.find(volume);
        if (disk.isPresent()) {
            daemon.stop();
            disk.get().cutOffOthers();
            // Where its guest's host dials again.
            daemon.start(disk.get(), grants, listening(volume));
        }
    }

    private StorageDaemon daemon(VolumeId volume) {
        return new StorageDaemon(volume, run, patience);
    }

    private <T> T locked(VolumeId volume, Held<T> work) throws IOException {
        var each = kept.computeIfAbsent(volume, id -> new Kept());
        each.lock.lock();
        try {
            return work.on(each);
        } finally {
            each.lock.unlock();
        }
    }

    @FunctionalInterface
    private interface Held<T> {
        T on(Kept kept) throws IOException;
    }
}
