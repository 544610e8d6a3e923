package io.coppice.ebs.layer;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One qcow2 file of version 3, as far as this role reads and writes it itself: an empty one costs no process. Source:
 * docs/interop/qcow2.txt of QEMU. Layout of a new file in clusters of 64 KiB: header, refcount table, refcount block, L1
 * table.
 *
 * @param sizeBytes the disk as a guest sees it
 * @param backing the name of the file beside it that unwritten clusters are read from; empty: they read as zeros
 */
record QcowLayer(long sizeBytes, Optional<String> backing) {
    private static final int MAGIC = 0x514649fb;
    private static final int VERSION = 3;
    private static final int CLUSTER_BITS = 16;
    private static final int CLUSTER = 1 << CLUSTER_BITS;
    private static final int REFCOUNT_BITS_ORDER = 4;
    private static final int HEADER_BYTES = 104;
    private static final int BACKING_FORMAT = 0xe2792aca;
    private static final int L1_CLUSTER = 3;
    private static final int MAX_NAME = 1023;
    /** What an L2 table of one cluster covers. */
    private static final long L1_ENTRY_COVERS = (long) CLUSTER * (CLUSTER / Long.BYTES);

    /** Writes an empty file, which must not exist, and makes it durable. */
    void write(Path file) throws IOException {
        var entries = entries();
        var clusters = clusters();
        var counts = ByteBuffer.allocate(clusters * Short.BYTES);
        while (counts.hasRemaining()) {
            counts.putShort((short) 1);
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            fill(channel, 0, header(entries));
            fill(
                    channel,
                    CLUSTER,
                    ByteBuffer.allocate(Long.BYTES).putLong(2L * CLUSTER).flip());
            fill(channel, 2L * CLUSTER, counts.flip());
            // The L1 table stays a hole, which reads as "nothing is here".
            fill(channel, (long) clusters * CLUSTER - 1, ByteBuffer.allocate(1));
            channel.force(true);
        }
    }

    private int entries() {
        return Math.toIntExact(Math.ceilDiv(sizeBytes, L1_ENTRY_COVERS));
    }

    private int clusters() {
        return L1_CLUSTER + Math.toIntExact(Math.ceilDiv((long) entries() * Long.BYTES, CLUSTER));
    }

    /** The length of the file that {@link #write} writes; one that something was written to is longer. */
    long emptyBytes() {
        return (long) clusters() * CLUSTER;
    }

    private ByteBuffer header(int entries) {
        var name = backing.orElse("").getBytes(StandardCharsets.US_ASCII);
        var header = ByteBuffer.allocate(CLUSTER);
        header.putInt(MAGIC).putInt(VERSION);
        var nameOffset = HEADER_BYTES + (name.length == 0 ? 8 : 24);
        header.putLong(name.length == 0 ? 0 : nameOffset).putInt(name.length);
        header.putInt(CLUSTER_BITS).putLong(sizeBytes).putInt(0);
        header.putInt(entries).putLong((long) L1_CLUSTER * CLUSTER);
        header.putLong(CLUSTER).putInt(1);
        // No internal snapshots; no incompatible, compatible or auto-clear features.
        header.putInt(0).putLong(0).putLong(0).putLong(0).putLong(0);
        header.putInt(REFCOUNT_BITS_ORDER).putInt(HEADER_BYTES);
        if (name.length > 0) {
            // Named, so that QEMU never guesses the format from what a guest wrote.
            header.putInt(BACKING_FORMAT).putInt(5).put("qcow2\0\0\0".getBytes(StandardCharsets.US_ASCII));
        }
        return header.position(nameOffset).put(name).position(0).limit(CLUSTER);
    }

    /** Reads the header of a file. */
    static QcowLayer read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var fixed = take(channel, 0, HEADER_BYTES, file);
            if (fixed.getInt(0) != MAGIC || fixed.getInt(4) != VERSION) {
                throw new IOException(file + " is not a layer of a volume: restore it from a backup");
            }
            var length = fixed.getInt(16);
            if (length < 0 || length > MAX_NAME) {
                throw new IOException(file + " names no file that could be below it: restore it from a backup");
            }
            var name = length == 0
                    ? Optional.<String>empty()
                    : Optional.of(StandardCharsets.US_ASCII
                            .decode(take(channel, fixed.getLong(8), length, file))
                            .toString());
            return new QcowLayer(fixed.getLong(24), name);
        }
    }

    private static ByteBuffer take(FileChannel channel, long offset, int length, Path file) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException(file + " ends within its header: restore it from a backup");
            }
        }
        return bytes.flip();
    }

    private static void fill(FileChannel channel, long offset, ByteBuffer bytes) throws IOException {
        var start = bytes.position();
        while (bytes.hasRemaining()) {
            channel.write(bytes, offset + bytes.position() - start);
        }
    }
}
