package io.coppice.ebs.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A part of a file. Not thread-safe. */
final class FileSlice extends InputStream {
    private final FileChannel channel;
    private long left;

    /** Opens so many bytes of a file, beginning at {@code from}. */
    FileSlice(Path file, long from, long bytes) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ).position(from);
        left = bytes;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        var count = channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, left)));
        left -= Math.max(0, count);
        return count;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
