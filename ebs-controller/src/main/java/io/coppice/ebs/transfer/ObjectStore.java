package io.coppice.ebs.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.IntConsumer;
import javax.net.ssl.SSLContext;

/**
 * The object store by URLs that were signed for one object each. A source that is silent for a minute is given up.
 * Thread-safe.
 */
final class ObjectStore {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);
    private static final Duration SILENCE_LIMIT = Duration.ofMinutes(1);
    private static final Duration PART_LIMIT = Duration.ofMinutes(30);
    private static final int PIECE_BYTES = 256 << 10;
    private static final int OK = 200;
    private static final int SERVER_FAULT = 500;
    private static final int PERCENT = 100;

    private final HttpClient client;

    /** @param trust whom it trusts where the store speaks HTTPS */
    ObjectStore(SSLContext trust) {
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .sslContext(trust)
                .build();
    }

    /** Whether there is room for so many bytes more; throws when there is none. */
    @FunctionalInterface
    interface Room {
        /** Throws {@link IOException} with a sentence for the user. */
        void require(long bytes) throws IOException;
    }

    /** Fetches an object into a new file; {@code room} is asked before. Throws {@link UnusableDiskException} when it is gone. */
    void fetch(URI url, Path file, Room room, IntConsumer percent) throws IOException {
        var answer =
                send(HttpRequest.newBuilder(url).timeout(ANSWER_LIMIT).GET().build());
        try (var body = answer.body();
                var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            check(answer.statusCode(), "read");
            var size = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
            if (size < 0) {
                throw new IOException("the object store does not say how large the object is");
            }
            room.require(size);
            copy(body, channel, size, percent);
        }
    }

    private static void copy(InputStream body, FileChannel channel, long size, IntConsumer percent) throws IOException {
        var piece = new byte[PIECE_BYTES];
        var done = 0L;
        try (var watch = new StallWatch(body, SILENCE_LIMIT)) {
            for (var count = body.read(piece); count >= 0; count = body.read(piece)) {
                watch.heard();
                var bytes = ByteBuffer.wrap(piece, 0, count);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                done += count;
                if (done > size) {
                    throw new IOException("the object is longer than the object store said");
                }
                percent.accept((int) (PERCENT * done / Math.max(1, size)));
            }
        }
        if (done != size) {
            throw new IOException("the object ended early");
        }
    }

    /** Sends a part of a file; returns what the store calls it. */
    String send(URI url, Path file, long from, long bytes) throws IOException {
        var body = BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> slice(file, from, bytes)), bytes);
        var answer =
                send(HttpRequest.newBuilder(url).timeout(PART_LIMIT).PUT(body).build());
        try (var said = answer.body()) {
            check(answer.statusCode(), "written");
            said.readAllBytes();
            return answer.headers().firstValue("ETag").orElseThrow(() -> new IOException("the part has no ETag"));
        }
    }

    private static InputStream slice(Path file, long from, long bytes) {
        try {
            return new FileSlice(file, from, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the object store was asked");
        }
    }

    private static void check(int status, String done) throws IOException {
        if (status >= SERVER_FAULT) {
            throw new IOException("the object store answered with HTTP status " + status);
        }
        if (status != OK) {
            throw new UnusableDiskException("the object could not be " + done
                    + ": the object store answered with HTTP status " + status
                    + ", so it is gone, or you may not do so any more");
        }
    }
}
