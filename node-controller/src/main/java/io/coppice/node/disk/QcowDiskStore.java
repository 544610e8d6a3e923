package io.coppice.node.disk;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.undo.Undo;
import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Root disks as qcow2 overlays, {@code <instancesFolder>/<instance id>/root.qcow2}, and local disks beside them. An overlay takes only what the guest
 * writes; the cached image below it is shared and never written. Names are made of ids alone and symbolic links are never
 * followed.
 */
public final class QcowDiskStore implements DiskStore {
    private static final Logger LOG = Logger.getLogger(QcowDiskStore.class);
    private static final String ROOT_DISK = "root.qcow2";
    private static final String UNFINISHED = "root.qcow2.new";
    private static final int SERIAL_LENGTH = 20;
    private static final long MIB = 1 << 20;
    private static final Duration COPY_LIMIT = Duration.ofHours(6);

    private final Path folder;
    private final long reserveMib;
    private final Path nbdCredentials;
    private final CommandRunner copying = new CommandRunner(COPY_LIMIT);

    /**
     * A store in {@code instancesFolder}.
     *
     * @param reserveMib what new disks leave free on the file system, MiB: running guests need it to grow theirs
     * @param nbdCredentials the folder with this host's certificate, as {@link NbdCredentials} fills it
     */
    public QcowDiskStore(Path instancesFolder, long reserveMib, Path nbdCredentials) throws IOException {
        this.nbdCredentials = nbdCredentials;
        this.folder = Files.createDirectories(instancesFolder).toRealPath();
        this.reserveMib = reserveMib;
    }

    @Override
    public Disk ensureRootDisk(InstanceId instance, CachedBase base, long sizeBytes) throws IOException {
        var home = home(instance);
        var file = home.resolve(ROOT_DISK);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return disk(instance, file, base);
        }
        requireRoom();
        try (var undo = Undo.begin()) {
            if (makeHome(home)) {
                undo.add("remove the instance's folder", () -> Files.delete(home));
            }
            var unfinished = home.resolve(UNFINISHED);
            Files.deleteIfExists(unfinished);
            undo.add("remove the unfinished disk", () -> Files.deleteIfExists(unfinished));
            // Also for an image that is still to come: it will be there, and until then QEMU is told where it is
            // served.
            QcowOverlay.create(unfinished, realPath(base), base.format(), sizeFor(base, sizeBytes));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            undo.commit();
        }
        return disk(instance, file, base);
    }

    private static Path realPath(CachedBase base) throws IOException {
        return base.served().isEmpty() ? base.file().toRealPath() : base.file();
    }

    private void requireRoom() throws FileSystemException {
        if (freeMib() <= 0) {
            throw new FileSystemException(
                    folder.toString(),
                    null,
                    "no space for another disk: less than %d MiB are free; remove instances or cached images"
                            .formatted(reserveMib));
        }
    }

    /** Makes an instance's folder unless it is there. Whether it was not. */
    private static boolean makeHome(Path home) throws IOException {
        if (Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Files.createDirectory(home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return true;
    }

    @Override
    public List<Disk> ensureLocalDisks(InstanceId instance, List<LocalDisk> wanted) throws IOException {
        if (wanted.isEmpty()) {
            return List.of();
        }
        requireRoom();
        var home = home(instance);
        makeHome(home);
        var local = new QcowLocalDisks(home);
        var disks = new ArrayList<Disk>();
        for (var each : wanted) {
            disks.add(local.ensure(each));
        }
        return List.copyOf(disks);
    }

    @Override
    public void removeLocalDisks(InstanceId instance) throws IOException {
        new QcowLocalDisks(home(instance)).remove();
    }

    @Override
    public boolean hasRootDisk(InstanceId instance) throws IOException {
        return Files.isRegularFile(home(instance).resolve(ROOT_DISK), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void copyRootDisk(InstanceId instance, CopyTarget target) throws IOException {
        var file = home(instance).resolve(ROOT_DISK);
        var command = new ArrayList<>(List.of("qemu-img", "convert"));
        var options = "driver=raw,file.driver=nbd,file.export=" + target.exportName();
        switch (target.address()) {
            case NbdAddress.Socket(var path) ->
                options += ",file.server.type=unix,file.server.path=" + path.replace(",", ",,");
            case NbdAddress.Tls(var serverName, var host, var port) -> {
                var folder = nbdCredentials.toString().replace(",", ",,");
                command.addAll(List.of("--object", "tls-creds-x509,id=host,endpoint=client,dir=" + folder));
                options += ",file.server.type=inet,file.server.host=" + host + ",file.server.port=" + port
                        + ",file.tls-creds=host,file.tls-hostname=" + serverName;
            }
        }
        command.addAll(List.of("-n", "--target-is-zero", "-f", "qcow2", "--target-image-opts"));
        command.addAll(List.of(file.toString(), options));
        copying.run(command.toArray(String[]::new));
    }

    @Override
    public void remove(InstanceId instance) throws IOException {
        var home = home(instance);
        if (!Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.deleteIfExists(home.resolve(UNFINISHED));
        Files.deleteIfExists(home.resolve(ROOT_DISK));
        new QcowLocalDisks(home).remove();
        try {
            Files.delete(home);
        } catch (DirectoryNotEmptyException e) {
            LOG.tracef("the folder of %s holds files of others: it stays", instance);
        }
    }

    @Override
    public Set<InstanceId> instances() throws IOException {
        var found = new HashSet<InstanceId>();
        try (var homes = Files.newDirectoryStream(folder)) {
            for (var home : homes) {
                if (Files.exists(home.resolve(ROOT_DISK), LinkOption.NOFOLLOW_LINKS)
                        || new QcowLocalDisks(home).any()) {
                    idOf(home).ifPresent(found::add);
                }
            }
        }
        return Set.copyOf(found);
    }

    @Override
    public long freeMib() {
        return Math.max(0, folder.toFile().getUsableSpace() / MIB - reserveMib);
    }

    /**
     * File names of the cached images that some overlay reads from, by asking the overlays themselves. An overlay that
     * cannot be read fails the call: its image must not be taken for unused.
     */
    public Set<String> basesInUse() throws IOException {
        var inUse = new HashSet<String>();
        for (var instance : instances()) {
            try {
                QcowHeader.read(home(instance).resolve(ROOT_DISK))
                        .flatMap(QcowHeader::backingFile)
                        .map(Path::of)
                        .map(Path::getFileName)
                        .ifPresent(name -> inUse.add(name.toString()));
            } catch (NoSuchFileException e) {
                LOG.debugf(e, "the disk of %s was removed meanwhile", instance);
            }
        }
        return Set.copyOf(inUse);
    }

    private Path home(InstanceId instance) throws IOException {
        var home = folder.resolve(instance.value());
        if (Files.exists(home, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotDirectoryException(home.toString());
        }
        return home;
    }

    private static long sizeFor(CachedBase base, long sizeBytes) throws IOException {
        if (base.served().isPresent()) {
            return wholeMib(Math.max(base.served().get().virtualSizeBytes(), sizeBytes));
        }
        var virtualSize = base.format().equals("qcow2")
                ? QcowHeader.read(base.file())
                        .orElseThrow(() -> new IOException("the cached image " + base.sha256() + " is no qcow2 file"))
                        .virtualSizeBytes()
                : Files.size(base.file());
        return wholeMib(Math.max(virtualSize, sizeBytes));
    }

    private static long wholeMib(long bytes) {
        return Math.ceilDiv(bytes, MIB) * MIB;
    }

    private static Disk disk(InstanceId instance, Path file, CachedBase base) {
        var serial = instance.value().replace("-", "");
        return new Disk(
                file,
                "qcow2",
                serial.substring(0, Math.min(SERIAL_LENGTH, serial.length())),
                Optional.of(base).filter(each -> each.served().isPresent()));
    }

    private static Optional<InstanceId> idOf(Path home) {
        try {
            return Optional.of(new InstanceId(home.getFileName().toString()));
        } catch (MalformedIdException e) {
            return Optional.empty();
        }
    }
}
