package io.coppice.node.image.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bytes of an image as far as they are here: a sparse file, and a map of its blocks. The map on disk names only blocks
 * that had reached the disk when it was written, so after a power cut it promises too little and never too much. Thread-safe.
 */
final class Blocks implements AutoCloseable {
    /** A block; the last one of an image may be shorter. */
    static final int BLOCK_BYTES = 256 << 10;

    private final FileChannel bytes;
    private final Path map;
    private final long sizeBytes;
    private final int count;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final BitSet here;

    private Blocks(FileChannel bytes, Path map, long sizeBytes, BitSet here) {
        this.bytes = bytes;
        this.map = map;
        this.sizeBytes = sizeBytes;
        this.count = blocks(sizeBytes);
        this.here = here;
    }

    private static int blocks(long sizeBytes) {
        return Math.toIntExact(Math.ceilDiv(sizeBytes, BLOCK_BYTES));
    }

    /** Opens what is here already, or begins with nothing. */
    static Blocks open(Path bytes, Path map, long sizeBytes) throws IOException {
        var known = Files.exists(bytes) && Files.exists(map) ? BitSet.valueOf(Files.readAllBytes(map)) : new BitSet();
        var channel =
                FileChannel.open(bytes, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.size() != sizeBytes) {
            known.clear();
            channel.truncate(0);
            // The last byte gives the file its length; all before it is a hole.
            channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
        }
        known.clear(blocks(sizeBytes), Math.max(blocks(sizeBytes), known.length()));
        return new Blocks(channel, map, sizeBytes, known);
    }

    /** A file that is whole. */
    static Blocks whole(Path file) throws IOException {
        var size = Files.size(file);
        var all = new BitSet();
        all.set(0, blocks(size));
        return new Blocks(FileChannel.open(file, StandardOpenOption.READ), file, size, all);
    }

    int count() {
        return count;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** The first block from {@code from} on, and before {@code end}, that is not here; -1 when all are. */
    int firstMissing(int from, int end) {
        lock.lock();
        try {
            var missing = here.nextClearBit(from);
            return missing < end ? missing : -1;
        } finally {
            lock.unlock();
        }
    }

    int percent() {
        lock.lock();
        try {
            return (int) (100L * here.cardinality() / count);
        } finally {
            lock.unlock();
        }
    }

    /** Where a block begins, in bytes. */
    long offset(int block) {
        return (long) block * BLOCK_BYTES;
    }

    /** How many bytes so many blocks have. */
    int length(int first, int blocks) {
        return Math.toIntExact(Math.min(sizeBytes, offset(first + blocks)) - offset(first));
    }

    /** Takes in whole blocks. */
    void put(int first, byte[] content) throws IOException {
        var position = offset(first);
        var buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
            position += bytes.write(buffer, position);
        }
        lock.lock();
        try {
            here.set(first, first + blocks(content.length));
        } finally {
            lock.unlock();
        }
    }

    /** Reads into all of {@code buffer}; what is not here reads as zeros, so ask first. */
    void read(ByteBuffer buffer, long position) throws IOException {
        var at = position;
        while (buffer.hasRemaining()) {
            var read = bytes.read(buffer, at);
            if (read < 0) {
                throw new IOException("the image's file is shorter than it was");
            }
            at += read;
        }
    }

    /** Makes what is here now survive a power cut. */
    void keep() throws IOException {
        byte[] known;
        lock.lock();
        try {
            known = here.toByteArray();
        } finally {
            lock.unlock();
        }
        bytes.force(false);
        ArrivalFolder.replace(map, known);
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
