package io.coppice.ebs.backend;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Volumes as sparse raw files of one folder: they take what was written to them. Room is counted by what was promised:
 * the sum of the volumes' sizes never exceeds the file system times {@code overcommit}. Made beside and renamed, so that
 * a crash leaves a whole volume or none. Thread-safe.
 */
public final class LocalVolumeBackend implements VolumeBackend {
    private static final String SUFFIX = ".raw";
    private static final String UNFINISHED = ".new";
    private static final int BLOCK_BYTES = 512;
    private static final int COMMAND_SECONDS = 20;

    private final Path folder;
    private final double overcommit;

    /**
     * Opens the folder and makes it when it is new; what a crash left unfinished is removed.
     *
     * @param overcommit how much may be promised, as a multiple of the file system's size; 1 or more
     */
    public LocalVolumeBackend(Path folder, double overcommit) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.overcommit = overcommit;
        try (var left = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public synchronized void create(VolumeId id, long sizeBytes) throws IOException {
        var target = path(id);
        if (Files.exists(target)) {
            if (Files.size(target) != sizeBytes) {
                throw new VolumeConflictException(id, Files.size(target), sizeBytes);
            }
            return;
        }
        var free = capacity().freeBytes();
        if (sizeBytes > free) {
            throw new NoCapacityException(sizeBytes, free);
        }
        var unfinished = folder.resolve(id.value() + UNFINISHED);
        try (var channel = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // One byte at the end gives the file its length; all before it stays a hole.
            channel.truncate(0);
            channel.write(java.nio.ByteBuffer.allocate(1), sizeBytes - 1);
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        sync();
    }

    @Override
    public synchronized void delete(VolumeId id) throws IOException {
        if (Files.deleteIfExists(path(id))) {
            sync();
        }
    }

    @Override
    public boolean exists(VolumeId id) {
        return Files.exists(path(id));
    }

    @Override
    public Map<VolumeId, Long> allocatedBytes(Collection<VolumeId> ids) throws IOException {
        var present = ids.stream().filter(this::exists).toList();
        if (present.isEmpty()) {
            return Map.of();
        }
        // Java tells the length of a file, not what it takes.
        var command = new ArrayList<>(List.of("stat", "--format=%n %b", "--"));
        present.forEach(id -> command.add(path(id).toString()));
        var allocated = new HashMap<VolumeId, Long>();
        for (var line : run(command)) {
            var space = line.lastIndexOf(' ');
            var name = String.valueOf(Path.of(line.substring(0, space)).getFileName());
            allocated.put(
                    new VolumeId(name.substring(0, name.length() - SUFFIX.length())),
                    Long.parseLong(line.substring(space + 1)) * BLOCK_BYTES);
        }
        return Map.copyOf(allocated);
    }

    @Override
    public Capacity capacity() throws IOException {
        var store = Files.getFileStore(folder);
        var promised = promisedBytes();
        var promisable = (long) (store.getTotalSpace() * overcommit) - promised;
        // Nothing is promised on a file system that cannot take another byte.
        var free = store.getUsableSpace() == 0 ? 0 : Math.max(0, promisable);
        return new Capacity(store.getTotalSpace(), free);
    }

    private long promisedBytes() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .mapToLong(LocalVolumeBackend::size)
                    .sum();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines of standard output; a file that vanished meanwhile makes stat complain, and the rest is right all the same. */
    private static List<String> run(List<String> command) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var output = process.inputReader()) {
            var lines = output.lines().toList();
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("stat does not end: the file system of the volumes may hang");
            }
            return lines;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while sizes of volumes were read");
        } finally {
            process.destroyForcibly();
        }
    }

    private Path path(VolumeId id) {
        return folder.resolve(id.value() + SUFFIX);
    }

    private void sync() throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
