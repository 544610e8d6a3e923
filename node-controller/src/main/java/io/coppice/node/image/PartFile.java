package io.coppice.node.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An image's file as far as it came, from its first byte on, and the hash of that. Used by one thread; others may read the file. */
final class PartFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10;

    private final FileChannel channel;
    private final MessageDigest hash;
    private final long wholeBytes;
    private long storeBytes;

    private PartFile(FileChannel channel, long wholeBytes) {
        this.channel = channel;
        this.hash = sha256();
        this.wholeBytes = wholeBytes;
    }

    /** Opens what is there, or begins with nothing. */
    static PartFile open(Path file, long wholeBytes) throws IOException {
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        var part = new PartFile(channel, wholeBytes);
        try {
            if (channel.size() > wholeBytes) {
                channel.truncate(0);
            }
            part.hashWhatIsThere();
            return part;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void hashWhatIsThere() throws IOException {
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        channel.position(0);
        while (channel.read(buffer) >= 0) {
            hash.update(buffer.flip());
            buffer.clear();
        }
    }

    long size() throws IOException {
        return channel.size();
    }

    long wholeBytes() {
        return wholeBytes;
    }

    boolean isWhole() throws IOException {
        return channel.size() == wholeBytes;
    }

    int percent() throws IOException {
        return (int) (100 * channel.size() / wholeBytes);
    }

    /** Adds bytes behind what is there. Throws {@link ImageUnavailableException}, and keeps nothing, when that is too many. */
    void add(byte[] bytes, int count, boolean fromStore) throws IOException {
        var position = channel.size();
        if (position + count > wholeBytes) {
            clear();
            throw new ImageUnavailableException("the image is larger than registered", false);
        }
        hash.update(bytes, 0, count);
        var buffer = ByteBuffer.wrap(bytes, 0, count);
        while (buffer.hasRemaining()) {
            position += channel.write(buffer, position);
        }
        storeBytes += fromStore ? count : 0;
    }

    /** Begins anew. */
    void clear() throws IOException {
        channel.truncate(0);
        hash.reset();
        storeBytes = 0;
    }

    /** Whether the store gave every byte of it, since it was opened. */
    boolean isAllOfStore() throws IOException {
        return storeBytes == channel.size();
    }

    /** Makes it survive a power cut, and tells its SHA-256 in lower-case hexadecimal; nothing can be added after that. */
    String finish() throws IOException {
        channel.force(true);
        return HexFormat.of().formatHex(hash.digest());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
