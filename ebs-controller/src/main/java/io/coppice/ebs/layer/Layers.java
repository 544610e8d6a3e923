package io.coppice.ebs.layer;

import io.coppice.ebs.key.DiskKey;
import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * A folder of layers, and names for some of them. The name of a volume is a symbolic link to the layer that it is written
 * to, the name of a snapshot one to a layer that is written to no more. Both change by a rename, so that a crash leaves the
 * old or the new, and a layer is there for as long as a name leads to it or to one above it: counting references is
 * following links. Thread-safe.
 */
public final class Layers {
    private static final Logger LOG = Logger.getLogger(Layers.class);
    private static final String SUFFIX = LayerName.SUFFIX;
    private static final String UNFINISHED = ".new";
    private static final String RETURNING = ".back";
    private static final String FILLING = ".filling";

    private final Path files;
    private final Path names;

    /** Opens {@code folder}, makes it when it is new, and removes what a crash left without a name. */
    public Layers(Path folder) throws IOException {
        removeRaw(Files.createDirectories(folder));
        this.files = Files.createDirectories(folder.resolve("layers")).toRealPath();
        this.names = Files.createDirectories(folder.resolve("names")).toRealPath();
        removeAll(names, "*" + UNFINISHED);
        removeAll(files, "*" + RETURNING);
        removeAll(files, "*" + FILLING);
        sweep();
    }

    /** Removes the files of an earlier version, whose volumes could not be written to and so hold nothing. */
    private static void removeRaw(Path folder) throws IOException {
        removeAll(folder, VolumeId.PREFIX + "*.raw");
    }

    private static void removeAll(Path folder, String pattern) throws IOException {
        try (var left = Files.newDirectoryStream(folder, pattern)) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Gives {@code id} an empty layer of its own, over {@code base} if one is given, which is encrypted with the same key if
     * the base is. The size is in bytes.
     */
    public synchronized Path add(VolumeId id, long sizeBytes, Optional<Path> base) throws IOException {
        if (base.isPresent() && !Files.exists(base.get())) {
            throw new NoSuchFileException(base.get().toString());
        }
        var encrypted = base.isPresent() && isEncrypted(base.get());
        var luksHeader = encrypted ? QcowLayer.luksHeader(base.get()) : new byte[0];
        var file = fresh();
        new QcowLayer(sizeBytes, base.map(Layers::nameOf), encrypted).write(file, luksHeader);
        sync(files);
        point(id, file);
        return file;
    }

    /** Gives {@code id} an empty layer of its own, over none, that is encrypted with this key. The size is in bytes. */
    public synchronized Path add(VolumeId id, long sizeBytes, DiskKey key) throws IOException {
        var file = fresh();
        writeEncrypted(file, sizeBytes, key);
        sync(files);
        point(id, file);
        return file;
    }

    /**
     * An empty encrypted layer to be filled before {@link #adopt}, which nobody knows until then. One that was begun for the
     * same id before is gone. The size is in bytes.
     */
    public Path prepare(ResourceId id, long sizeBytes, DiskKey key) throws IOException {
        var file = files.resolve(id.value() + FILLING);
        Files.deleteIfExists(file);
        writeEncrypted(file, sizeBytes, key);
        return file;
    }

    /** As {@link #prepare(ResourceId, long, DiskKey)}, of one that is not encrypted. */
    public Path prepare(ResourceId id, long sizeBytes) throws IOException {
        var file = files.resolve(id.value() + FILLING);
        Files.deleteIfExists(file);
        new QcowLayer(sizeBytes, Optional.empty(), false).write(file, new byte[0]);
        return file;
    }

    /** A layer's file behind {@code --image-opts} of qemu-img(1) and qemu-nbd(8). */
    public static String imageOptions(Path file) {
        return "driver=qcow2,file.driver=file,file.filename=" + file.toString().replace(",", ",,");
    }

    private static void writeEncrypted(Path file, long sizeBytes, DiskKey key) throws IOException {
        new QcowLayer(sizeBytes, Optional.empty(), true).write(file, LuksHeader.make(key.passphrase()));
    }

    /** Lets {@code id} mean a layer of {@link #prepare} that is durable by now. */
    public synchronized void adopt(ResourceId id, Path prepared) throws IOException {
        var file = fresh();
        Files.move(prepared, file, StandardCopyOption.ATOMIC_MOVE);
        sync(files);
        point(id, file);
    }

    private Path fresh() {
        return file(LayerName.fresh());
    }

    /** Lets {@code id} mean this layer from now on. */
    public synchronized void point(ResourceId id, Path layer) throws IOException {
        var link = names.resolve(id.value() + UNFINISHED);
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of("..", "layers", nameOf(layer)));
        Files.move(
                link, names.resolve(id.value()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(names);
    }

    /** The layer that {@code id} means; empty when there is none of that name. */
    public Optional<Path> find(ResourceId id) throws IOException {
        try {
            return Optional.of(files.resolve(nameOf(Files.readSymbolicLink(names.resolve(id.value())))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether the layer that a snapshot means is there with all that it needs. */
    public boolean isWhole(SnapshotId id) throws IOException {
        var top = find(id);
        try {
            return top.isPresent() && chain(top.get()).stream().allMatch(Files::exists);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Whether there is a layer of this name. */
    public boolean has(LayerName layer) {
        return Files.exists(file(layer));
    }

    /** The file in which a layer that was lost is to be written again, before {@link #bringBack}. */
    public Path returning(LayerName layer) {
        return files.resolve(layer.text() + RETURNING);
    }

    /**
     * Gives a snapshot its layers again.
     *
     * @param chain all that it needs, from the lowest up: each is there, or was written to {@link #returning}
     * @throws IOException when the layers are not over each other as the chain says
     */
    public synchronized void bringBack(SnapshotId id, List<LayerName> chain) throws IOException {
        var below = Optional.<String>empty();
        for (var layer : chain) {
            var returning = returning(layer);
            var there = Files.exists(returning) ? returning : file(layer);
            if (!QcowLayer.read(there)
                    .backing()
                    .map(name -> nameOf(Path.of(name)))
                    .equals(below)) {
                throw new IOException("the layer " + layer + " does not lie over the one that it should");
            }
            below = Optional.of(nameOf(file(layer)));
        }
        for (var layer : chain) {
            if (Files.exists(returning(layer))) {
                Files.move(returning(layer), file(layer), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        sync(files);
        point(id, file(chain.getLast()));
    }

    private Path file(LayerName layer) {
        return files.resolve(layer.text() + SUFFIX);
    }

    /** Forgets a name, and removes the layers that no other leads to. Nothing may have them open. */
    public synchronized void remove(ResourceId id) throws IOException {
        if (Files.deleteIfExists(names.resolve(id.value()))) {
            sync(names);
            sweep();
        }
    }

    /** Removes the layers that no name leads to any more, after something below one of them was copied. */
    public synchronized void collect() throws IOException {
        sweep();
    }

    /** Does something to what lies over what, while no layer is removed. */
    public synchronized void whileNoneIsRemoved(Relinking relinking) throws IOException {
        relinking.make();
    }

    /** Changes what a layer says that lies below it. */
    @FunctionalInterface
    public interface Relinking {
        /** Does it; durable when it returns. */
        void make() throws IOException;
    }

    /** Has all that was written to a layer's file, by whomever, outlive a power cut. */
    public static void makeDurable(Path layer) throws IOException {
        try (var channel = FileChannel.open(layer, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Whether nothing was written to a layer that nobody has open. */
    public static boolean isUntouched(Path layer) throws IOException {
        return Files.size(layer) == QcowLayer.read(layer).emptyBytes();
    }

    /** Whether what is written to a layer is encrypted; all layers of a tower are or none, and with the same key. */
    public static boolean isEncrypted(Path layer) throws IOException {
        return QcowLayer.read(layer).encrypted();
    }

    /** The size of the disk that a layer holds, bytes. */
    public static long sizeBytes(Path layer) throws IOException {
        return QcowLayer.read(layer).sizeBytes();
    }

    /** A layer and all below it, from the top. */
    public List<Path> chain(Path top) throws IOException {
        var chain = new ArrayList<Path>();
        for (var next = Optional.of(top); next.isPresent(); next = below(next.get())) {
            if (chain.contains(next.get())) {
                throw new IOException(next.get() + " is below itself: restore it from a backup");
            }
            chain.add(next.get());
        }
        return List.copyOf(chain);
    }

    /** The layer right below this one. */
    public Optional<Path> below(Path layer) throws IOException {
        return QcowLayer.read(layer).backing().map(name -> files.resolve(nameOf(Path.of(name))));
    }

    /** All volumes. */
    public List<VolumeId> volumes() throws IOException {
        return links().stream()
                .map(link -> String.valueOf(link.getFileName()))
                .filter(name -> name.startsWith(VolumeId.PREFIX))
                .map(VolumeId::new)
                .toList();
    }

    /** The sum of the sizes of all volumes, bytes. One that cannot be read counts for what its file takes: others can be made. */
    public long promisedBytes() throws IOException {
        var sum = 0L;
        for (var volume : volumes()) {
            var layer = find(volume).filter(Files::exists);
            sum += layer.isPresent() ? promisedBytes(layer.get()) : 0;
        }
        return sum;
    }

    private static long promisedBytes(Path layer) throws IOException {
        try {
            return sizeBytes(layer);
        } catch (IOException e) {
            LOG.debugf(
                    "it is not known how large the volume is whose uppermost layer is %s: %s", layer, e.getMessage());
            return Files.size(layer);
        }
    }

    /** Where the layers are. */
    public Path folder() {
        return files;
    }

    private void sweep() throws IOException {
        var needed = new HashSet<Path>();
        for (var link : links()) {
            try {
                need(files.resolve(nameOf(Files.readSymbolicLink(link))), needed);
            } catch (NoSuchFileException e) {
                // What lies below is not known then, and may be all that is left of somebody's disk.
                LOG.warnf("%s needs a layer that is not there; no layer is removed while it does", link.getFileName());
                return;
            } catch (IOException e) {
                LOG.warnf("%s: %s; no layer is removed while it cannot be read", link.getFileName(), e.getMessage());
                return;
            }
        }
        try (var all = Files.newDirectoryStream(files, "*" + SUFFIX)) {
            for (var file : all) {
                if (!needed.contains(file)) {
                    LOG.debugf("the layer %s has no name any more and is removed", file.getFileName());
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private void need(Path top, Set<Path> needed) throws IOException {
        for (var next = Optional.of(top); next.isPresent() && needed.add(next.get()); ) {
            next = below(next.get());
        }
    }

    private Collection<Path> links() throws IOException {
        var links = new ArrayList<Path>();
        for (var prefix : List.of(VolumeId.PREFIX, SnapshotId.PREFIX)) {
            try (var found = Files.newDirectoryStream(names, prefix + "*")) {
                found.forEach(link -> {
                    if (!link.toString().endsWith(UNFINISHED)) {
                        links.add(link);
                    }
                });
            }
        }
        return links;
    }

    /** The last part alone: no link leads out of the folder. */
    private static String nameOf(Path layer) {
        return String.valueOf(layer.getFileName());
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
