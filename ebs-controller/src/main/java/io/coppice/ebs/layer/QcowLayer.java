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
 * table, and the LUKS header of an encrypted one.
 *
 * @param sizeBytes the disk as a guest sees it
 * @param backing the name of the file beside it that unwritten clusters are read from; empty: they read as zeros
 * @param encrypted whether its clusters are encrypted by LUKS
 */
record QcowLayer(long sizeBytes, Optional<String> backing, boolean encrypted) {
    private static final int MAGIC = 0x514649fb;
    private static final int VERSION = 3;
    private static final int CLUSTER_BITS = 16;
    private static final int CLUSTER = 1 << CLUSTER_BITS;
    private static final int REFCOUNT_BITS_ORDER = 4;
    private static final int HEADER_BYTES = 104;
    private static final int BACKING_FORMAT = 0xe2792aca;
    private static final int LUKS = 2;
    private static final int LUKS_HEADER = 0x0537be77;
    private static final int LUKS_CLUSTERS = Math.ceilDiv(LuksHeader.BYTES, CLUSTER);
    private static final int L1_CLUSTER = 3;
    private static final int MAX_NAME = 1023;
    /** What an L2 table of one cluster covers. */
    private static final long L1_ENTRY_COVERS = (long) CLUSTER * (CLUSTER / Long.BYTES);

    /**
     * Writes an empty file, which must not exist, and makes it durable.
     *
     * @param luksHeader of an encrypted one; the same as of the layer below opens by the same key. Not looked at otherwise
     */
    void write(Path file, byte[] luksHeader) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write((offset, bytes) -> fill(channel, offset, bytes), luksHeader);
            // The L1 table stays a hole, which reads as "nothing is here".
            fill(channel, emptyBytes() - 1, ByteBuffer.allocate(1));
            channel.force(true);
        }
    }

    /** What {@link #write(Path, byte[])} writes, for who keeps it elsewhere; at most 4 MiB. */
    byte[] bytes(byte[] luksHeader) throws IOException {
        var all = new byte[Math.toIntExact(emptyBytes())];
        write((offset, bytes) -> bytes.get(all, Math.toIntExact(offset), bytes.remaining()), luksHeader);
        return all;
    }

    /** Where bytes of a new file go. */
    @FunctionalInterface
    private interface Target {
        void put(long offset, ByteBuffer bytes) throws IOException;
    }

    private void write(Target target, byte[] luksHeader) throws IOException {
        var counts = ByteBuffer.allocate(clusters() * Short.BYTES);
        while (counts.hasRemaining()) {
            counts.putShort((short) 1);
        }
        target.put(0, header(entries()));
        target.put(
                CLUSTER, ByteBuffer.allocate(Long.BYTES).putLong(2L * CLUSTER).flip());
        target.put(2L * CLUSTER, counts.flip());
        if (encrypted) {
            target.put(luksOffset(), ByteBuffer.wrap(luksHeader));
        }
    }

    private int entries() {
        return Math.toIntExact(Math.ceilDiv(sizeBytes, L1_ENTRY_COVERS));
    }

    private int plainClusters() {
        return L1_CLUSTER + Math.toIntExact(Math.ceilDiv((long) entries() * Long.BYTES, CLUSTER));
    }

    private int clusters() {
        return plainClusters() + (encrypted ? LUKS_CLUSTERS : 0);
    }

    private long luksOffset() {
        return (long) plainClusters() * CLUSTER;
    }

    /** The length of the file that {@link #write} writes; one that something was written to is longer. */
    long emptyBytes() {
        return (long) clusters() * CLUSTER;
    }

    private ByteBuffer header(int entries) {
        var name = backing.orElse("").getBytes(StandardCharsets.US_ASCII);
        var extensions = extensions();
        var nameOffset = HEADER_BYTES + extensions.remaining();
        var header = ByteBuffer.allocate(CLUSTER);
        header.putInt(MAGIC).putInt(VERSION);
        header.putLong(name.length == 0 ? 0 : nameOffset).putInt(name.length);
        header.putInt(CLUSTER_BITS).putLong(sizeBytes).putInt(encrypted ? LUKS : 0);
        header.putInt(entries).putLong((long) L1_CLUSTER * CLUSTER);
        header.putLong(CLUSTER).putInt(1);
        // No internal snapshots; no incompatible, compatible or auto-clear features.
        header.putInt(0).putLong(0).putLong(0).putLong(0).putLong(0);
        header.putInt(REFCOUNT_BITS_ORDER).putInt(HEADER_BYTES);
        return header.put(extensions).put(name).position(0).limit(CLUSTER);
    }

    private ByteBuffer extensions() {
        var extensions = ByteBuffer.allocate(CLUSTER);
        if (backing.isPresent()) {
            // Named, so that QEMU never guesses the format from what a guest wrote.
            extensions.putInt(BACKING_FORMAT).putInt(5).put("qcow2\0\0\0".getBytes(StandardCharsets.US_ASCII));
        }
        if (encrypted) {
            extensions.putInt(LUKS_HEADER).putInt(2 * Long.BYTES);
            extensions.putLong(luksOffset()).putLong(LuksHeader.BYTES);
        }
        return extensions.putLong(0).flip();
    }

    /** What {@link #write} is given for another layer that opens by the same key as this encrypted file. */
    static byte[] luksHeader(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var at = (long) take(channel, 0, HEADER_BYTES, file).getInt(HEADER_BYTES - Integer.BYTES);
            while (true) {
                var extension = take(channel, at, 2 * Integer.BYTES, file);
                if (extension.getInt(0) == LUKS_HEADER) {
                    var offset = take(channel, at + extension.limit(), Long.BYTES, file);
                    return take(channel, offset.getLong(), LuksHeader.WRITTEN_BYTES, file)
                            .array();
                }
                if (extension.getInt(0) == 0 || extension.getInt(4) < 0) {
                    throw new IOException(file + " does not say how it is encrypted: restore it from a backup");
                }
                at += extension.limit() + Math.ceilDiv((long) extension.getInt(4), Long.BYTES) * Long.BYTES;
            }
        }
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
            return new QcowLayer(fixed.getLong(24), name, fixed.getInt(32) == LUKS);
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
