package io.coppice.node.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * The first fields of a qcow2 file, as far as they say how large the disk is and which other files it would make QEMU
 * open. Source: docs/interop/qcow2.txt of QEMU.
 *
 * @param virtualSizeBytes the disk as a guest sees it
 * @param backingFile the file that unwritten clusters are read from, as named in the header
 * @param externalData whether the guest's bytes lie in yet another file
 */
public record QcowHeader(long virtualSizeBytes, Optional<String> backingFile, boolean externalData) {
    static final int MAGIC = 0x514649fb;
    static final int MAXIMUM_NAME_BYTES = 1023;

    private static final int VERSION_2_BYTES = 72;
    private static final long EXTERNAL_DATA_BIT = 1L << 2;

    /** The header of a file, empty when the file is no qcow2 of version 2 or 3. Never follows a symbolic link. */
    public static Optional<QcowHeader> read(Path file) throws IOException {
        try (var channel = Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            var fixed = ByteBuffer.allocate(80);
            readFully(channel, 0, fixed);
            if (fixed.limit() < VERSION_2_BYTES || fixed.getInt(0) != MAGIC) {
                return Optional.empty();
            }
            var version = fixed.getInt(4);
            if (version != 2 && version != 3) {
                return Optional.empty();
            }
            var external = version == 3 && fixed.limit() >= 80 && (fixed.getLong(72) & EXTERNAL_DATA_BIT) != 0;
            return Optional.of(new QcowHeader(fixed.getLong(24), backingFile(channel, fixed), external));
        }
    }

    private static Optional<String> backingFile(SeekableByteChannel channel, ByteBuffer fixed) throws IOException {
        var offset = fixed.getLong(8);
        var length = fixed.getInt(16);
        if (offset == 0 && length == 0) {
            return Optional.empty();
        }
        var name = ByteBuffer.allocate(Math.clamp(length, 0, MAXIMUM_NAME_BYTES));
        if (offset > 0) {
            readFully(channel, offset, name);
        }
        return Optional.of(StandardCharsets.UTF_8.decode(name.position(0)).toString());
    }

    private static void readFully(SeekableByteChannel channel, long offset, ByteBuffer into) throws IOException {
        channel.position(offset);
        while (into.hasRemaining() && channel.read(into) >= 0) {
            continue;
        }
        into.flip();
    }
}
