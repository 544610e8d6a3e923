package io.coppice.node.image.share;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** An image of this host, whole or on its way. What is read was compared with nothing yet if it is on its way. Thread-safe. */
public final class HeldImage implements AutoCloseable {
    private final FileChannel bytes;
    private final long sizeBytes;
    private final Reach reach;

    /** How far an image is here without a gap. */
    @FunctionalInterface
    public interface Reach {
        /** Where the bytes end that are here from {@code from} on; {@code from} when that one is not. */
        long from(long from) throws IOException;
    }

    private HeldImage(FileChannel bytes, long sizeBytes, Reach reach) {
        this.bytes = bytes;
        this.sizeBytes = sizeBytes;
        this.reach = reach;
    }

    /** A file that is whole; empty when there is none. */
    public static Optional<HeldImage> whole(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        return open(file).map(bytes -> {
            var size = sizeOf(bytes);
            return new HeldImage(bytes, size, from -> size);
        });
    }

    /** A file that grows from its beginning; empty when there is none. */
    public static Optional<HeldImage> growing(Path file, long sizeBytes) throws IOException {
        return open(file).map(bytes -> new HeldImage(bytes, sizeBytes, from -> Math.max(from, bytes.size())));
    }

    /** A file that has gaps; empty when there is none. */
    public static Optional<HeldImage> open(Path file, long sizeBytes, Reach reach) throws IOException {
        return open(file).map(bytes -> new HeldImage(bytes, sizeBytes, reach));
    }

    private static Optional<FileChannel> open(Path file) throws IOException {
        try {
            return Optional.of(FileChannel.open(file, StandardOpenOption.READ));
        } catch (NoSuchFileException e) {
            // It went, or got its final name, in this moment: whoever asks again will see.
            return Optional.empty();
        }
    }

    private static long sizeOf(FileChannel bytes) {
        try {
            return bytes.size();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Of the whole. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Where the bytes end that are here from {@code from} on. */
    public long reach(long from) throws IOException {
        return reach.from(from);
    }

    /** Reads what is here into all of {@code buffer}. Throws when it has gone again. */
    public void read(ByteBuffer buffer, long position) throws IOException {
        var at = position;
        while (buffer.hasRemaining()) {
            var read = bytes.read(buffer, at);
            if (read < 0) {
                throw new IOException("the image was begun anew");
            }
            at += read;
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
