package io.coppice.ebs.copy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The file of a layer, which is never written to while another one lies over it: it has what was written to it alone. */
record FileContent(FileChannel channel, LayerManifest plan) implements LayerContent {
    static FileContent open(Path file, LayerManifest plan) throws IOException {
        return new FileContent(FileChannel.open(file, StandardOpenOption.READ), plan);
    }

    @Override
    public Optional<Chunk> known(int index) {
        return Optional.empty();
    }

    @Override
    public Optional<Chunk> below(int index) {
        return Optional.empty();
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        var at = offset;
        while (into.hasRemaining()) {
            var count = channel.read(into, at);
            if (count < 0) {
                throw new EOFException("the layer " + plan.layer() + " ended while it was copied");
            }
            at += count;
        }
    }

    @Override
    public void prove() throws IOException {
        if (channel.size() != plan.bytes()) {
            throw new IOException("the layer " + plan.layer() + " grew while it was copied");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
