package io.coppice.node.agent;

import io.coppice.foundation.id.NodeId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/** The small files by which a host remembers who it is. */
public final class NodeFiles {
    private static final String NODE_ID_FILE = "node-id";
    private static final String EPOCH_FILE = "epoch";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private NodeFiles() {}

    /** The id of the host whose files are here; a new one is made and kept at the first call. */
    public static NodeId nodeId(Path nodeFolder) throws IOException {
        var file = nodeFolder.resolve(NODE_ID_FILE);
        if (Files.exists(file)) {
            return new NodeId(Files.readString(file).strip());
        }
        var id = NodeId.random();
        keepNodeId(nodeFolder, id);
        return id;
    }

    /** Keeps the id that the cloud gave this host. */
    public static void keepNodeId(Path nodeFolder, NodeId id) throws IOException {
        replace(nodeFolder.resolve(NODE_ID_FILE), (id.value() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Counts this start of the agent: the number orders its reports after those of every earlier start. */
    static long nextEpoch(Path nodeFolder) throws IOException {
        var file = nodeFolder.resolve(EPOCH_FILE);
        var next = Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) + 1 : 1;
        replace(file, (next + "\n").getBytes(StandardCharsets.US_ASCII));
        return next;
    }

    /**
     * Writes a file so that a crash or a power cut leaves the old one or the new one, never a part. When it returns, the
     * new one is there to stay. Nobody but the owner may read it: user data and credentials of instances stand in such
     * files.
     */
    static void replace(Path file, byte[] bytes) throws IOException {
        var fresh = makeFolder(file);
        var temporary = temporary(file);
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, OWNER_ONLY);
        Files.write(temporary, bytes);
        forceOne(temporary);
        move(temporary, file);
        forceOne(folderOf(file));
        if (fresh) {
            forceOne(folderOf(folderOf(file)));
        }
    }

    /** As {@link #replace} for a crash; a power cut may lose it until {@link #force} was called. */
    static void replaceUnforced(Path file, byte[] bytes) throws IOException {
        makeFolder(file);
        var temporary = temporary(file);
        Files.write(temporary, bytes);
        move(temporary, file);
    }

    /** Returns once this file and its name are on the disk. */
    static void force(Path file) throws IOException {
        forceOne(file);
        forceOne(folderOf(file));
    }

    private static boolean makeFolder(Path file) throws IOException {
        var folder = folderOf(file);
        var fresh = !Files.exists(folder);
        Files.createDirectories(folder);
        return fresh;
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "the root has no folder");
    }

    private static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static void move(Path temporary, Path file) throws IOException {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A folder is forced like a file on Linux: its entries are its content. */
    private static void forceOne(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
