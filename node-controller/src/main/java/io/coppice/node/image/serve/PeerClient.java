package io.coppice.node.image.serve;

import io.coppice.foundation.pki.MutualTls;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.node.image.serve.PeerOffer.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks one other host for bytes of images, by HTTP ranges (RFC 9110, section 14) over TLS with which both prove who they are.
 * Thread-safe.
 */
public final class PeerClient implements AutoCloseable {
    /** The header that shows the ticket. */
    public static final String TICKET = "Coppice-Image-Ticket";

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);
    private static final int PARTIAL_CONTENT = 206;

    private final Peer peer;
    private final HttpClient client;

    /** Connects to nobody yet. Throws {@link IOException} when this host's certificate cannot be used. */
    public PeerClient(Peer peer, TlsMaterial own) throws IOException {
        this.peer = peer;
        try {
            var expected = new PeerIdentity(PeerKind.NODE, peer.nodeId());
            this.client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_LIMIT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .sslContext(MutualTls.context(own, expected::equals))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new IOException("a host that has the image has no name that a host can have", e);
        }
    }

    /**
     * What is asked for.
     *
     * @param end behind the last byte; the peer sends what it has not yet as it gets it
     */
    public record Wish(String sha256, String ticket, long from, long end) {}

    /**
     * The bytes as they come. Throws {@link IOException} when the peer does not begin to answer in time, or does not have them.
     */
    public InputStream open(Wish wish, Duration limit) throws IOException, InterruptedException {
        var response = client.send(request(wish, limit), BodyHandlers.ofInputStream());
        if (response.statusCode() != PARTIAL_CONTENT) {
            response.body().close();
            throw refusal(response);
        }
        return response.body();
    }

    /** All of the bytes, at most what one array holds. Throws {@link IOException} when they are not here in time. */
    public byte[] all(Wish wish, Duration limit) throws IOException, InterruptedException {
        var length = Math.toIntExact(wish.end() - wish.from());
        var sending = client.sendAsync(request(wish, limit), BodyHandlers.limiting(BodyHandlers.ofByteArray(), length));
        try {
            var response = sending.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != PARTIAL_CONTENT) {
                throw refusal(response);
            }
            if (response.body().length != length) {
                throw new IOException("host " + peer.nodeId() + " sent " + response.body().length + " bytes");
            }
            return response.body();
        } catch (ExecutionException e) {
            throw new IOException("host " + peer.nodeId() + " does not give the image", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("host " + peer.nodeId() + " is too slow", e);
        } finally {
            sending.cancel(true);
        }
    }

    private HttpRequest request(Wish wish, Duration limit) throws IOException {
        try {
            return HttpRequest.newBuilder(URI.create("https://" + peer.address() + "/images/" + wish.sha256()))
                    .timeout(limit)
                    .header(TICKET, wish.ticket())
                    .header("Range", "bytes=" + wish.from() + "-" + (wish.end() - 1))
                    .GET()
                    .build();
        } catch (IllegalArgumentException e) {
            throw new IOException("host " + peer.nodeId() + " has no address that can be asked", e);
        }
    }

    private IOException refusal(HttpResponse<?> response) {
        return new IOException("host " + peer.nodeId() + " answered with HTTP status " + response.statusCode());
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
