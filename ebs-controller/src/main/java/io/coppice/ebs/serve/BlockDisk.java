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

    /** What the daemon calls it: letters and digits, a letter first. */
    String nodeName();

    /** What it is opened with; empty when it is not encrypted. */
    Optional<DiskKey> key();

    /** The options of {@code --blockdev}, with {@link #nodeName}. No secrets: every user of the machine can read them. */
    Map<String, @Nullable Object> node(DiskAccess access) throws IOException;

    /**
     * The options of {@code blockdev-reopen} that change nothing of how a daemon has it open, and have what QEMU keeps of the disk's
     * tables in memory written out. Empty: what was acknowledged is outside of the daemon already.
     */
    default Optional<Map<String, @Nullable Object>> reopened(DiskAccess access) {
        return Optional.empty();
    }

    /**
     * Ends the access of everybody who has it open, wherever he is: no write of his is carried out when this returns. Called
     * before a daemon opens it. Does nothing for disks that only this machine can open.
     */
    void cutOffOthers() throws IOException;
}
