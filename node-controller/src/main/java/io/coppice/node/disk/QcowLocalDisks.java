package io.coppice.node.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Empty disks in the folder of an instance, {@code ephemeral0.qcow2} and the like. They take what the guest writes. */
final class QcowLocalDisks {
    private static final String SUFFIX = ".qcow2";
    private static final String UNFINISHED = ".new";

    private final Path home;

    /** In an instance's folder, which need not be there yet. */
    QcowLocalDisks(Path home) {
        this.home = home;
    }

    /** The disk, as it is or new; the folder is there. */
    Disk ensure(LocalDisk wanted) throws IOException {
        var file = home.resolve(wanted.name() + SUFFIX);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            var unfinished = home.resolve(wanted.name() + SUFFIX + UNFINISHED);
            Files.deleteIfExists(unfinished);
            QcowOverlay.createEmpty(unfinished, wanted.sizeBytes());
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return new Disk(file, "qcow2", wanted.name());
    }

    boolean any() throws IOException {
        return !files().isEmpty();
    }

    void remove() throws IOException {
        for (var file : files()) {
            Files.deleteIfExists(file);
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        var found = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(home)) {
            for (var file : all) {
                var name = file.getFileName().toString();
                var end = name.indexOf(SUFFIX);
                if (end > 0 && LocalDisk.isName(name.substring(0, end))) {
                    found.add(file);
                }
            }
        }
        return found;
    }
}
