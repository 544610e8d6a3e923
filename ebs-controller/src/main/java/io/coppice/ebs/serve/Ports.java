package io.coppice.ebs.serve;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Which volume is served at which port, kept in a file for each: hosts dial the same one again after a restart of the daemon
 * or of this process. Thread-safe.
 */
final class Ports {
    private static final String SUFFIX = ".port";

    private final Path folder;
    private final int first;
    private final int last;

    Ports(Path folder, int first, int last) {
        this.folder = folder;
        this.first = first;
        this.last = last;
    }

    /** The port of a volume: the one that it has, or the lowest that no other has. */
    synchronized int of(VolumeId volume) throws IOException {
        try {
            return Integer.parseInt(Files.readString(file(volume)).strip());
        } catch (NoSuchFileException | NumberFormatException e) {
            return take(volume, first);
        }
    }

    /** Another port than the one that a volume has, which something else listens at. */
    synchronized int next(VolumeId volume) throws IOException {
        return take(volume, of(volume) + 1);
    }

    private int take(VolumeId volume, int from) throws IOException {
        var taken = taken();
        for (int port = from; port <= last; port++) {
            if (!taken.contains(port)) {
                Files.writeString(file(volume), String.valueOf(port));
                return port;
            }
        }
        throw new IOException("no port is left for " + volume + ": widen coppice.ebs.nbd-ports");
    }

    private Set<Integer> taken() throws IOException {
        var taken = new HashSet<Integer>();
        try (var files = Files.newDirectoryStream(folder, VolumeId.PREFIX + "*" + SUFFIX)) {
            for (var file : files) {
                var text = Files.readString(file).strip();
                if (text.matches("[0-9]{1,5}")) {
                    taken.add(Integer.parseInt(text));
                }
            }
        }
        return taken;
    }

    /** The volume is served no more. */
    synchronized void release(VolumeId volume) throws IOException {
        Files.deleteIfExists(file(volume));
    }

    private Path file(VolumeId volume) {
        return folder.resolve(volume.value() + SUFFIX);
    }
}
