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
 * that had reached the disk when it was written, so after a power cut it promises too little and never too much.
 *
 * <p>Blocks that came from another host are unproven until the hash of the whole was right: they are here, but not for guests.
 * What comes from the store takes their place, and never the other way round. Thread-safe.
 */
final class Blocks implements AutoCloseable {
    /** A block; the last one of an image may be shorter. */
    static final int BLOCK_BYTES = 256 << 10;

    private final FileChannel bytes;
    private final Path map;
    private final Path unprovenMap;
    private final long sizeBytes;
    private final int count;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final BitSet here;
    private final BitSet unproven;
    private boolean heard;
    private boolean disputed;

    private Blocks(FileChannel bytes, Path map, long sizeBytes, BitSet here, BitSet unproven) {
        this.bytes = bytes;
        this.map = map;
        this.unprovenMap = unprovenOf(map);
        this.unproven = unproven;
        this.heard = !unproven.isEmpty();
        this.sizeBytes = sizeBytes;
        this.count = blocks(sizeBytes);
        this.here = here;
    }

    private static int blocks(long sizeBytes) {
        return Math.toIntExact(Math.ceilDiv(sizeBytes, BLOCK_BYTES));
    }

    /** Opens what is here already, or begins with nothing. */
    static Blocks open(Path bytes, Path map, long sizeBytes) throws IOException {
        var known = Files.exists(bytes) ? read(map) : new BitSet();
        var unproven = read(unprovenOf(map));
        var channel =
                FileChannel.open(bytes, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.size() != sizeBytes) {
            known.clear();
            channel.truncate(0);
            // The last byte gives the file its length; all before it is a hole.
            channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
        }
        known.clear(blocks(sizeBytes), Math.max(blocks(sizeBytes), known.length()));
        unproven.and(known);
        return new Blocks(channel, map, sizeBytes, known, unproven);
    }

    private static Path unprovenOf(Path map) {
        return map.resolveSibling(map.getFileName() + ".unproven");
    }

    private static BitSet read(Path map) throws IOException {
        return Files.exists(map) ? BitSet.valueOf(Files.readAllBytes(map)) : new BitSet();
    }

    /** A file that is whole. */
    static Blocks whole(Path file) throws IOException {
        var size = Files.size(file);
        var all = new BitSet();
        all.set(0, blocks(size));
        return new Blocks(FileChannel.open(file, StandardOpenOption.READ), file, size, all, new BitSet());
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

    /** As {@link #firstMissing}, for who must not read what another host said: -1 when all came from the store or are proven. */
    int firstUnproven(int from, int end) {
        lock.lock();
        try {
            var missing = here.nextClearBit(from);
            var doubtful = unproven.nextSetBit(from);
            var first = doubtful < 0 ? missing : Math.min(missing, doubtful);
            return first < end ? first : -1;
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

    /** Takes in whole blocks that the store gave. */
    void put(int first, byte[] content) throws IOException {
        var end = first + blocks(content.length);
        var fresh = isNew(first, end);
        if (fresh) {
            write(offset(first), ByteBuffer.wrap(content));
        }
        lock.lock();
        try {
            for (int block = first; block < end; block++) {
                if (unproven.get(block)) {
                    replace(block, piece(content, first, block));
                } else if (!fresh && !here.get(block)) {
                    write(offset(block), piece(content, first, block));
                }
            }
            here.set(first, end);
        } finally {
            lock.unlock();
        }
    }

    private boolean isNew(int first, int end) {
        lock.lock();
        try {
            return here.nextSetBit(first) < 0 || here.nextSetBit(first) >= end;
        } finally {
            lock.unlock();
        }
    }

    /** In place of what another host said. */
    private void replace(int block, ByteBuffer content) throws IOException {
        var said = ByteBuffer.allocate(content.remaining());
        read(said, offset(block));
        disputed |= !said.flip().equals(content);
        write(offset(block), content);
        unproven.clear(block);
    }

    /** Takes in one block that another host gave, unless it is here. */
    void hear(int block, ByteBuffer content) throws IOException {
        lock.lock();
        try {
            if (!here.get(block)) {
                write(offset(block), content);
                here.set(block);
                unproven.set(block);
                heard = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The bytes of one block among those that begin with {@code first}. */
    static ByteBuffer piece(byte[] content, int first, int block) {
        var from = (block - first) * BLOCK_BYTES;
        return ByteBuffer.wrap(content, from, Math.min(BLOCK_BYTES, content.length - from))
                .slice();
    }

    private void write(long at, ByteBuffer content) throws IOException {
        var position = at;
        while (content.hasRemaining()) {
            position += bytes.write(content, position);
        }
    }

    /**
     * The hash of the whole was right: all blocks are proven. False, and nothing done, when the store gave other bytes than another
     * host meanwhile, so that what was hashed is not what is here.
     */
    boolean prove() {
        lock.lock();
        try {
            if (!disputed) {
                unproven.clear();
            }
            return !disputed;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all that is unproven. Returns whether any block ever came from another host since this was last called. */
    boolean forgetUnproven() {
        lock.lock();
        try {
            here.andNot(unproven);
            unproven.clear();
            var before = heard;
            heard = false;
            disputed = false;
            return before;
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
        byte[] doubtful;
        lock.lock();
        try {
            known = here.toByteArray();
            doubtful = unproven.toByteArray();
        } finally {
            lock.unlock();
        }
        bytes.force(false);
        // First: what is not named here counts as proven once the other names it.
        ArrivalFolder.replace(unprovenMap, doubtful);
        ArrivalFolder.replace(map, known);
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
