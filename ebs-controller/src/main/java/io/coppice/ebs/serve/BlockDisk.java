package io.coppice.ebs.serve;

import io.coppice.ebs.key.DiskKey;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a storage daemon opens and writes to, in the words of qemu-storage-daemon-qmp-ref(7). Immutable. */
public interface BlockDisk {
    /** What the secret is called that encrypted disks are opened with. */
    String KEY = "disk-key";

    /** How encrypted disks are opened. */
    Map<String, String> ENCRYPTION = Map.of("format", "luks", "key-secret", KEY);

    /** What the daemon calls it: letters and digits, a letter first. */
    String nodeName();

    /** What it is opened with; empty when it is not encrypted. */
    Optional<DiskKey> key();

    /** The options of {@code --blockdev}, with {@link #nodeName}. No secrets: every user of the machine can read them. */
    Map<String, @Nullable Object> node(DiskAccess access) throws IOException;

    /**
     * Whether each write is acknowledged only once all that is needed to find it again has left the daemon's memory: tables of the
     * disk, too, which QEMU otherwise keeps until a guest asks for what it wrote to be made durable.
     */
    default boolean writesThrough() {
        return false;
    }

    /**
     * Ends the access of everybody who has it open, wherever he is: no write of his is carried out when this returns. Called
     * before a daemon opens it. Does nothing for disks that only this machine can open.
     */
    void cutOffOthers() throws IOException;
}
