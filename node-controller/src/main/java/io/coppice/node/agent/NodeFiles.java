package io.coppice.node.agent;

import io.coppice.foundation.id.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The small files by which a host remembers who it is. */
public final class NodeFiles {
    private static final String NODE_ID_FILE = "node-id";
    private static final String EPOCH_FILE = "epoch";

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

    /** Writes a file so that a crash leaves the old one or the new one, never a part. */
    static void replace(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        var temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.write(temporary, bytes);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
