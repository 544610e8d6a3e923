package io.coppice.ebs.copy;

import io.coppice.ebs.layer.LayerName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Carries layers to the object store and back, some pieces at a time. Thread-safe. */
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

    /** Takes what comes back. Called by several threads at a time. */
    @FunctionalInterface
    interface Sink {
        /** Writes what remains of {@code content} at {@code offset}, bytes, and behind it. */
        void write(long offset, ByteBuffer content) throws IOException;
    }

    /** A piece of a layer. */
    record Piece(LayerManifest manifest, int index) {
        Chunk chunk() {
            return manifest.chunks().get(index);
        }

        int bytes() {
            return manifest.bytesOf(index);
        }
    }

    /**
     * Copies a layer, and returns the checksum of its manifest, which is there then.
     *
     * @param plan all of it but its pieces
     * @param done how many pieces from the beginning are there already
     */
    String send(LayerManifest plan, LayerContent content, int done, Progress progress) throws IOException {
        var count = LayerManifest.count(plan.bytes());
        var chunks = new Chunk[count];
        var next = 0;
        while (next < count) {
            var pieces = new ArrayList<Callable<Sent>>();
            for (; next < count && pieces.size() < atOnce; next++) {
                var index = next;
                var known = content.known(index);
                if (known.isPresent()) {
                    chunks[index] = known.get();
                } else {
                    pieces.add(() -> send(plan, content, index, index >= done));
                }
            }
            var written = 0L;
            for (var sent : together(pieces)) {
                chunks[sent.index()] = sent.chunk();
                written += sent.writtenBytes();
            }
            progress.reached(next, written);
        }
        content.prove();
        var manifest = plan.with(Arrays.asList(chunks)).write();
        store.put(LayerManifest.key(plan.layer()), manifest);
        return Chunk.sha256(manifest);
    }

    private record Sent(int index, Chunk chunk, long writtenBytes) {}

    private Sent send(LayerManifest plan, LayerContent content, int index, boolean missing) throws IOException {
        var raw = ByteBuffer.allocate(plan.bytesOf(index));
        // Before it is read: a piece that turns out to be the same as below takes of the disk, too.
        pace.await(raw.capacity());
        content.read(plan.offsetOf(index), raw);
        var written = Chunk.write(raw.array(), content.below(index));
        if (!missing || !written.chunk().hasObject()) {
            return new Sent(index, written.chunk(), 0);
        }
        store.put(LayerManifest.key(plan.layer(), index), written.content());
        return new Sent(index, written.chunk(), written.content().length);
    }

    /** The manifest of a layer; throws when it is not the one with this checksum. */
    LayerManifest manifest(SnapshotManifest.Layer layer) throws IOException {
        var content = present(LayerManifest.key(layer.name()), LayerManifest.MOST_BYTES);
        if (!Chunk.sha256(content).equals(layer.manifestSha256())) {
            throw new IOException("the list of chunks of the layer " + layer.name() + " is not what was copied");
        }
        return LayerManifest.read(layer.name(), content);
    }

    /** Brings pieces that have an object, each proved, to where they were in what was copied. */
    void fetch(List<Piece> pieces, Sink sink) throws IOException {
        for (int from = 0; from < pieces.size(); from += atOnce) {
            together(pieces.subList(from, Math.min(pieces.size(), from + atOnce)).stream()
                    .map(piece -> (Callable<Boolean>) () -> fetch(piece, sink))
                    .toList());
        }
    }

    private boolean fetch(Piece piece, Sink sink) throws IOException {
        var bytes = piece.bytes();
        pace.await(bytes);
        var content = present(LayerManifest.key(piece.manifest().layer(), piece.index()), bytes);
        sink.write(
                piece.manifest().offsetOf(piece.index()),
                ByteBuffer.wrap(piece.chunk().read(content, bytes)));
        return true;
    }

    private byte[] present(String key, int mostBytes) throws IOException {
        return store.get(key, mostBytes)
                .orElseThrow(() -> new IOException("the object store does not have " + key + " any more"));
    }

    /** Removes the copy of a layer of so many pieces. */
    void remove(LayerName layer, int count) throws IOException {
        var objects = objects(layer, count);
        for (int from = 0; from < objects.size(); from += atOnce) {
            together(objects.subList(from, Math.min(objects.size(), from + atOnce)).stream()
                    .map(index -> (Callable<Boolean>) () -> {
                        store.delete(LayerManifest.key(layer, index));
                        return true;
                    })
                    .toList());
        }
        // Last: it tells which objects there are.
        store.delete(LayerManifest.key(layer));
    }

    /** The pieces that may have an object: most of those of a large disk that hardly changed have none. */
    private List<Integer> objects(LayerName layer, int count) throws IOException {
        var all = IntStream.range(0, count).boxed();
        var content = store.get(LayerManifest.key(layer), LayerManifest.MOST_BYTES);
        if (content.isEmpty()) {
            return all.toList();
        }
        try {
            var chunks = LayerManifest.read(layer, content.get()).chunks();
            return all.filter(
                            index -> index >= chunks.size() || chunks.get(index).hasObject())
                    .toList();
        } catch (IOException e) {
            // What a damaged list was to tell is not needed to remove all of it.
            return IntStream.range(0, count).boxed().toList();
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
