package io.coppice.node.hypervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Marks the domains of one node agent among all that a host's libvirt knows. Made once and kept with the node's data, so
 * that two clouds on one libvirt never touch each other's guests.
 *
 * @param value a random UUID
 */
public record HostId(String value) {
    /** Throws {@link IllegalArgumentException} when the text is no UUID. */
    public HostId {
        if (!UUID.fromString(value).toString().equals(value)) {
            throw new IllegalArgumentException("not a host id: " + value);
        }
    }

    /** The id kept in {@code nodeFolder}, made now when there is none. */
    public static HostId keptIn(Path nodeFolder) throws IOException {
        var file = nodeFolder.resolve("host-id");
        if (Files.exists(file)) {
            return new HostId(Files.readString(file).strip());
        }
        var id = new HostId(UUID.randomUUID().toString());
        var unfinished = nodeFolder.resolve("host-id.new");
        Files.writeString(unfinished, id.value() + "\n");
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        return id;
    }
}
