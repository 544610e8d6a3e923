package io.coppice.node.image;

import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.RateLimit;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
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
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final Duration stallLimit;
    private final RateLimit rate;
    private final Optional<ImagePeers> peers;

    /**
     * A downloader that asks the images' stores alone.
     *
     * @param trust for https addresses: the cloud's own authority, or null for the public ones
     * @param stallLimit a source that sends nothing for this long is given up
     * @param rate what all downloads together keep to
     */
    public Downloader(@Nullable SSLContext trust, Duration stallLimit, RateLimit rate) {
        this(trust, stallLimit, rate, Optional.empty());
    }

    /** As the other one, and asks other hosts first. */
    public Downloader(@Nullable SSLContext trust, Duration stallLimit, RateLimit rate, Optional<ImagePeers> peers) {
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER);
        this.client = (trust == null ? builder : builder.sslContext(trust)).build();
        this.stallLimit = stallLimit;
        this.rate = rate;
        this.peers = peers;
    }

    /**
     * Completes {@code file}, durable and checked: from other hosts as far as they give it, the rest from the image's store. When
     * the whole is wrong and others gave some of it, the store gives all. On failure the file is kept if resuming it makes
     * sense, else removed.
     */
    void download(ImageSpec image, Path file, IntConsumer progress) throws IOException, InterruptedException {
        try (var part = PartFile.open(file, image.sizeBytes())) {
            Set<String> gave = peers.isPresent() ? askPeers(peers.get(), image, part, progress) : Set.of();
            if (!part.isWhole()) {
                receive(image, part, progress);
            }
            var allOfStore = part.isAllOfStore();
            var found = part.finish();
            if (!found.equals(image.sha256()) && !allOfStore) {
                LOG.warnf("image %s came out wrong, and not all of it came from its store: begun anew", image.sha256());
                peers.ifPresent(each -> each.distrust(gave));
                part.clear();
                receive(image, part, progress);
                found = part.finish();
            }
            if (!part.isWhole() || !found.equals(image.sha256())) {
                Files.deleteIfExists(file);
                throw new ImageUnavailableException(
                        "the image's bytes are not those that were registered (%d bytes with hash %s)"
                                .formatted(part.size(), found),
                        false);
            }
        }
    }

    private Set<String> askPeers(ImagePeers others, ImageSpec image, PartFile part, IntConsumer progress)
            throws IOException, InterruptedException {
        var settings = others.settings();
        var pace = new BodyCopy.Pace(settings.stallLimit(), settings.leastBytesPerSecond());
        var download = new PeerDownload(others, new BodyCopy(pace, rate));
        download.run(image, part, progress);
        return download.gave();
    }

    private void receive(ImageSpec image, PartFile part, IntConsumer progress)
            throws IOException, InterruptedException {
        var response = request(image, part.size());
        try (var body = response.body()) {
            if (response.statusCode() == 200 && part.size() > 0) {
                part.clear();
            } else if (response.statusCode() != 200 && response.statusCode() != 206) {
                throw refused(response.statusCode());
            }
            new BodyCopy(new BodyCopy.Pace(stallLimit, 0), rate).run(body, part, true, progress);
        }
        if (!part.isWhole()) {
            throw new ImageUnavailableException("the download ended early", true);
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

    /** Makes a rename in {@code folder} survive a power cut. */
    static void makeDurable(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
