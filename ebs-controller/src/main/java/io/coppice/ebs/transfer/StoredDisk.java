package io.coppice.ebs.transfer;

import io.coppice.ebs.key.DiskKey;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The bytes of a volume or snapshot, in the words of qemu-img(1). */
public interface StoredDisk {
    /** As a guest sees it. */
    long sizeBytes() throws IOException;

    /** Whether what it holds must not leave in the clear. */
    boolean isEncrypted() throws IOException;

    /** What a writer opens it with; empty when it is not encrypted. */
    Optional<DiskKey> key() throws IOException;

    /** The last arguments of {@code qemu-img convert} that reads it in the clear: options, then the source. */
    List<String> asSource();

    /** The last arguments of {@code qemu-img convert -n} that writes to it, without the source. */
    List<String> asTarget() throws IOException;

    /** Returns when what was written is durable. */
    void sync() throws IOException;
}
