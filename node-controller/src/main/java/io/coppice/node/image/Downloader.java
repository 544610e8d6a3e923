package io.coppice.node.image;

import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.RateLimit;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Fetches an image into a file by HTTP, resuming what is there by a range request (RFC 9110, section 14), and checks its
 * size and hash. Thread-safe.
 */
public final class Downloader {
    private static final Logger LOG = Logger.getLogger(Downloader.class);
    private static final int BUFFER_BYTES = 256 << 10;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final Duration stallLimit;
    private final RateLimit rate;

    /**
     * A downloader.
     *
     * @param trust for https addresses: the cloud's own authority, or null for the public ones
     * @param stallLimit a source that sends nothing for this long is given up
     * @param rate what all downloads together keep to
     */
    public Downloader(@Nullable SSLContext trust, Duration stallLimit, RateLimit rate) {
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER);
        this.client = (trust == null ? builder : builder.sslContext(trust)).build();
        this.stallLimit = stallLimit;
        this.rate = rate;
    }

    /**
     * Completes {@code file}, durable and checked. On failure the file is kept if resuming it makes sense, else removed.
     */
    void download(ImageSpec image, Path file, IntConsumer progress) throws IOException, InterruptedException {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var hash = sha256();
            if (channel.size() > image.sizeBytes()) {
                channel.truncate(0);
            }
            hashWhatIsThere(channel, hash);
            if (channel.size() < image.sizeBytes()) {
                receive(image, channel, hash, progress);
            }
            channel.force(true);
            var found = HexFormat.of().formatHex(hash.digest());
            if (channel.size() != image.sizeBytes() || !found.equals(image.sha256())) {
                Files.deleteIfExists(file);
                throw new ImageUnavailableException(
                        "the image's bytes are not those that were registered (%d bytes with hash %s)"
                                .formatted(channel.size(), found),
                        false);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void hashWhatIsThere(FileChannel channel, MessageDigest hash) throws IOException {
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        channel.position(0);
        while (channel.read(buffer) >= 0) {
            hash.update(buffer.flip());
            buffer.clear();
        }
    }

    private void receive(ImageSpec image, FileChannel channel, MessageDigest hash, IntConsumer progress)
            throws IOException, InterruptedException {
        var response = request(image, channel.size());
        try (var body = response.body()) {
            if (response.statusCode() == 200 && channel.size() > 0) {
                channel.truncate(0);
                hash.reset();
            } else if (response.statusCode() != 200 && response.statusCode() != 206) {
                throw refused(response.statusCode());
            }
            copy(image, body, channel, hash, progress);
        }
    }

    private HttpResponse<InputStream> request(ImageSpec image, long offset) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(image.url()).timeout(stallLimit).GET();
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new ImageUnavailableException("the image's store does not answer: " + e.getMessage(), true, e);
        }
    }

    /** A presigned address that ran out answers 403; a fresh one comes with the next desired state. */
    private static ImageUnavailableException refused(int status) {
        return new ImageUnavailableException("the image's store answered with HTTP status " + status, true);
    }

    private void copy(ImageSpec image, InputStream body, FileChannel channel, MessageDigest hash, IntConsumer progress)
            throws IOException, InterruptedException {
        var buffer = new byte[BUFFER_BYTES];
        var lastByte = new AtomicLong(System.nanoTime());
        var done = new AtomicBoolean();
        Thread.ofVirtual().name("image-stall-watch").start(() -> watch(body, lastByte, done));
        try {
            int count = read(body, buffer);
            while (count >= 0) {
                lastByte.set(System.nanoTime());
                if (channel.size() + count > image.sizeBytes()) {
                    channel.truncate(0);
                    throw new ImageUnavailableException("the image is larger than registered", false);
                }
                rate.take(count);
                hash.update(buffer, 0, count);
                write(channel, ByteBuffer.wrap(buffer, 0, count));
                progress.accept((int) (100 * channel.size() / image.sizeBytes()));
                count = read(body, buffer);
            }
        } finally {
            done.set(true);
        }
        if (channel.size() < image.sizeBytes()) {
            throw new ImageUnavailableException("the download ended early", true);
        }
    }

    private static int read(InputStream body, byte[] buffer) throws ImageUnavailableException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new ImageUnavailableException("the download broke off: " + e.getMessage(), true, e);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        var position = channel.size();
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    private void watch(InputStream body, AtomicLong lastByte, AtomicBoolean done) {
        try {
            while (!done.get()) {
                Thread.sleep(Math.max(10, stallLimit.toMillis() / 10));
                if (!done.get() && System.nanoTime() - lastByte.get() > stallLimit.toNanos()) {
                    LOG.warnf("an image's store sent nothing for %s: giving the download up for now", stallLimit);
                    body.close();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("a stalled download could not be closed", e);
        }
    }

    /** Makes a rename in {@code folder} survive a power cut. */
    static void makeDurable(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
