package io.coppice.node.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes an empty qcow2 version 3 file, over a backing file or nothing. Doing it here instead of by {@code qemu-img create} saves a
 * process on the way to a running guest. Source of the layout: docs/interop/qcow2.txt of QEMU.
 *
 * <p>Layout, in clusters of 64 KiB: 0 header, 1 refcount table, 2 refcount block, 3… L1 table.
 */
final class QcowOverlay {
    private static final int CLUSTER_BITS = 16;
    private static final int CLUSTER_BYTES = 1 << CLUSTER_BITS;
    private static final int REFCOUNT_ORDER = 4;
    private static final int HEADER_BYTES = 104;
    private static final int BACKING_FORMAT_EXTENSION = 0xe2792aca;
    private static final int FIRST_L1_CLUSTER = 3;
    private static final int SECTOR_BYTES = 512;
    /** What one L1 entry covers: an L2 table of 8,192 entries. */
    private static final long BYTES_PER_L1_ENTRY = (long) CLUSTER_BYTES * (CLUSTER_BYTES / Long.BYTES);

    /** 64 TiB: all refcounts of an empty file still lie in one block. */
    static final long MAXIMUM_SIZE_BYTES = 64L << 40;

    private QcowOverlay() {}

    /**
     * Creates {@code file}, which must not exist, and makes it durable.
     *
     * @param backingFormat {@code raw} or {@code qcow2}: named in the file, so that QEMU never guesses it from content
     * @param sizeBytes a multiple of 512, at most {@link #MAXIMUM_SIZE_BYTES}
     */
    static void create(Path file, Path backing, String backingFormat, long sizeBytes) throws IOException {
        check(sizeBytes);
        var backingName = backing.toString().getBytes(StandardCharsets.UTF_8);
        if (backingName.length > QcowHeader.MAXIMUM_NAME_BYTES) {
            throw new IOException("the path of the image cache is too long for a qcow2 file: " + backing);
        }
        write(file, sizeBytes, backingName, backingFormat);
    }

    /** As {@link #create}, over nothing: the disk reads as zeros. */
    static void createEmpty(Path file, long sizeBytes) throws IOException {
        check(sizeBytes);
        write(file, sizeBytes, new byte[0], "");
    }

    private static void check(long sizeBytes) {
        if (sizeBytes <= 0 || sizeBytes > MAXIMUM_SIZE_BYTES || sizeBytes % SECTOR_BYTES != 0) {
            throw new IllegalArgumentException("a disk cannot have " + sizeBytes + " bytes");
        }
    }

    private static void write(Path file, long sizeBytes, byte[] backingName, String backingFormat) throws IOException {
        var l1Entries = Math.ceilDiv(sizeBytes, BYTES_PER_L1_ENTRY);
        var l1Clusters = (int) Math.ceilDiv(l1Entries * Long.BYTES, CLUSTER_BYTES);
        var clusters = FIRST_L1_CLUSTER + l1Clusters;
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel, 0, header(sizeBytes, (int) l1Entries, backingName, backingFormat));
            write(
                    channel,
                    CLUSTER_BYTES,
                    ByteBuffer.allocate(Long.BYTES).putLong(2L * CLUSTER_BYTES).flip());
            write(channel, 2L * CLUSTER_BYTES, refcounts(clusters));
            // The last byte gives the file its length; the L1 table before it is a hole, which reads as "not
            // allocated".
            write(channel, (long) clusters * CLUSTER_BYTES - 1, ByteBuffer.allocate(1));
            channel.force(true);
        }
    }

    private static ByteBuffer header(long sizeBytes, int l1Entries, byte[] backingName, String backingFormat) {
        var format = backingFormat.getBytes(StandardCharsets.US_ASCII);
        var formatBytes = Math.ceilDiv(format.length, 8) * 8;
        var nameOffset = HEADER_BYTES + 8 + formatBytes + 8;
        var header = ByteBuffer.allocate(nameOffset + backingName.length);
        header.putInt(QcowHeader.MAGIC).putInt(3);
        header.putLong(backingName.length == 0 ? 0 : nameOffset).putInt(backingName.length);
        header.putInt(CLUSTER_BITS).putLong(sizeBytes);
        header.putInt(0); // not encrypted
        header.putInt(l1Entries).putLong((long) FIRST_L1_CLUSTER * CLUSTER_BYTES);
        header.putLong(CLUSTER_BYTES).putInt(1); // refcount table, clusters of it
        header.putInt(0).putLong(0); // no snapshots
        header.putLong(0).putLong(0).putLong(0); // incompatible, compatible, auto-clear features
        header.putInt(REFCOUNT_ORDER).putInt(HEADER_BYTES);
        if (backingName.length > 0) {
            header.putInt(BACKING_FORMAT_EXTENSION).putInt(format.length).put(format);
        }
        header.position(nameOffset - 8).putInt(0).putInt(0); // end of extensions
        return header.position(nameOffset).put(backingName).flip();
    }

    private static ByteBuffer refcounts(int clusters) {
        var counts = ByteBuffer.allocate(clusters * Short.BYTES);
        while (counts.hasRemaining()) {
            counts.putShort((short) 1);
        }
        return counts.flip();
    }

    private static void write(FileChannel channel, long offset, ByteBuffer bytes) throws IOException {
        var position = offset;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }
}
