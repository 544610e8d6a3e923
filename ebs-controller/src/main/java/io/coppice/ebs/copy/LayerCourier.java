package io.coppice.ebs.copy;

import io.coppice.ebs.layer.LayerName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Carries a layer's file to the object store and back, some pieces at a time. A layer that lies below another one is never
 * written to again, and its file has what was written to this layer alone; so the file is what is copied. Thread-safe.
 */
final class LayerCourier {
    private final CopyStore store;
    private final int atOnce;
    private final Pace pace;

    /**
     * Carries to and from {@code store}.
     *
     * @param atOnce how many pieces are in memory and on their way, 1 or more
     */
    LayerCourier(CopyStore store, int atOnce, Pace pace) {
        this.store = store;
        this.atOnce = atOnce;
        this.pace = pace;
    }

    /** Hears how far a copy is. */
    @FunctionalInterface
    interface Progress {
        /** So many pieces from the beginning are there; these bytes were written for the latest. May throw to stop it. */
        void reached(int chunks, long writtenBytes) throws IOException;
    }

    /**
     * Copies the file of a layer, and returns the checksum of its manifest, which is there then.
     *
     * @param done how many pieces from the beginning are there already
     */
    String send(LayerName layer, Optional<LayerName> below, Path file, int done, Progress progress) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = channel.size();
            var plan = new LayerManifest(layer, below, bytes, LayerManifest.chunkBytes(bytes), List.of());
            var count = LayerManifest.count(bytes);
            var chunks = new ArrayList<Chunk>(count);
            while (chunks.size() < count) {
                var from = chunks.size();
                var pieces = new ArrayList<Callable<Sent>>();
                for (int i = from; i < Math.min(count, from + atOnce); i++) {
                    var index = i;
                    pieces.add(() -> send(plan, channel, index, index >= done));
                }
                var written = 0L;
                for (var sent : together(pieces)) {
                    chunks.add(sent.chunk());
                    written += sent.writtenBytes();
                }
                progress.reached(chunks.size(), written);
            }
            if (channel.size() != bytes) {
                throw new IOException("the layer " + layer + " grew while it was copied");
            }
            var manifest = new LayerManifest(layer, below, bytes, plan.chunkBytes(), chunks).write();
            store.put(LayerManifest.key(layer), manifest);
            return Chunk.sha256(manifest);
        }
    }

    private record Sent(Chunk chunk, long writtenBytes) {}

    private Sent send(LayerManifest plan, FileChannel channel, int index, boolean missing) throws IOException {
        var raw = ByteBuffer.allocate(plan.bytesOf(index));
        var offset = (long) index * plan.chunkBytes();
        while (raw.hasRemaining()) {
            if (channel.read(raw, offset + raw.position()) < 0) {
                throw new EOFException("the layer " + plan.layer() + " ended while it was copied");
            }
        }
        var written = Chunk.write(raw.array());
        if (!missing || written.content().length == 0) {
            return new Sent(written.chunk(), 0);
        }
        pace.await(written.content().length);
        store.put(LayerManifest.key(plan.layer(), index), written.content());
        return new Sent(written.chunk(), written.content().length);
    }

    /** The manifest of a layer; throws when it is not the one with this checksum. */
    LayerManifest manifest(SnapshotManifest.Layer layer) throws IOException {
        var content = present(LayerManifest.key(layer.name()), LayerManifest.MOST_BYTES);
        if (!Chunk.sha256(content).equals(layer.manifestSha256())) {
            throw new IOException("the list of chunks of the layer " + layer.name() + " is not what was copied");
        }
        return LayerManifest.read(layer.name(), content);
    }

    /** Writes a layer's file as it was copied, and makes it durable. What was in it is replaced. */
    void fetch(LayerManifest manifest, Path file) throws IOException {
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var count = manifest.chunks().size();
            for (int from = 0; from < count; from += atOnce) {
                var pieces = new ArrayList<Callable<Boolean>>();
                for (int i = from; i < Math.min(count, from + atOnce); i++) {
                    var index = i;
                    pieces.add(() -> fetch(manifest, channel, index));
                }
                together(pieces);
            }
            // Should it end with a hole.
            var last = manifest.fileBytes() - 1;
            if (channel.size() <= last) {
                channel.write(ByteBuffer.allocate(1), last);
            }
            channel.force(true);
        }
    }

    private boolean fetch(LayerManifest manifest, FileChannel channel, int index) throws IOException {
        var chunk = manifest.chunks().get(index);
        if (chunk.equals(Chunk.ZEROS)) {
            return false;
        }
        var bytes = manifest.bytesOf(index);
        pace.await(bytes);
        var content = present(LayerManifest.key(manifest.layer(), index), bytes);
        var raw = ByteBuffer.wrap(chunk.read(content, bytes));
        while (raw.hasRemaining()) {
            channel.write(raw, (long) index * manifest.chunkBytes() + raw.position());
        }
        return true;
    }

    private byte[] present(String key, int mostBytes) throws IOException {
        return store.get(key, mostBytes)
                .orElseThrow(() -> new IOException("the object store does not have " + key + " any more"));
    }

    /** Removes the copy of a layer of so many pieces. */
    void remove(LayerName layer, int count) throws IOException {
        store.delete(LayerManifest.key(layer));
        for (int from = 0; from < count; from += atOnce) {
            var pieces = new ArrayList<Callable<Boolean>>();
            for (int i = from; i < Math.min(count, from + atOnce); i++) {
                var key = LayerManifest.key(layer, i);
                pieces.add(() -> {
                    store.delete(key);
                    return true;
                });
            }
            together(pieces);
        }
    }

    /** Does all of it at a time, and returns what came of it in their order. Throws what the first failure was. */
    private static <T> List<T> together(List<Callable<T>> work) throws IOException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<T>();
            for (var each : threads.invokeAll(work)) {
                results.add(result(each));
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a copy was made");
        }
    }

    private static <T> T result(Future<T> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            var cause = e.getCause();
            throw new IOException(cause == null ? "a piece of a copy failed" : cause.getMessage(), e);
        }
    }
}
