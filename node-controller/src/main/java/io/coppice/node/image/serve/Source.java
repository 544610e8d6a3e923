package io.coppice.node.image.serve;

import io.coppice.foundation.pki.AuthorityTrust;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Where an image comes from: ranges of it by HTTP (RFC 9110, section 14). The address is read anew for each range, since a
 * fresh one may have been told. Thread-safe.
 */
final class Source implements Ranges {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final int PARTIAL_CONTENT = 206;

    private final ArrivalFolder folder;
    private final HttpClient client;
    private final RateLimit rate;

    /** @param rate what all ranges together keep to */
    Source(ArrivalFolder folder, RateLimit rate) throws IOException {
        this.folder = folder;
        this.rate = rate;
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER);
        this.client = (Files.exists(folder.authority()) ? builder.sslContext(trust(folder)) : builder).build();
    }

    private static SSLContext trust(ArrivalFolder folder) throws IOException {
        try {
            var certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.authority())));
            return AuthorityTrust.of((X509Certificate) certificate);
        } catch (CertificateException e) {
            throw new IOException("the authority's certificate cannot be read", e);
        }
    }

    @Override
    public byte[] range(long offset, int length) throws IOException, InterruptedException {
        rate.take(length);
        var request = HttpRequest.newBuilder(address())
                .timeout(ANSWER_LIMIT)
                .header("Range", "bytes=" + offset + "-" + (offset + length - 1))
                .GET()
                .build();
        // Limited, since a store that knows no ranges would send all of the image.
        var response = send(request, length);
        var status = response.statusCode();
        if (status != PARTIAL_CONTENT) {
            throw new RefusedException(status);
        }
        if (response.body().length != length) {
            throw new IOException(
                    "the image's store sent %d bytes instead of %d".formatted(response.body().length, length));
        }
        return response.body();
    }

    private URI address() throws IOException {
        try {
            return URI.create(ArrivalFolder.read(folder.source()).orElse(""));
        } catch (IllegalArgumentException e) {
            // Without the address in its message: it may grant access.
            throw new IOException("the image's address is malformed");
        }
    }

    private HttpResponse<byte[]> send(HttpRequest request, int length) throws IOException, InterruptedException {
        var sending = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), length));
        try {
            return sending.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the image's store does not answer: "
                    + (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName());
        } catch (TimeoutException e) {
            throw new IOException("the image's store sent nothing for " + ANSWER_LIMIT.toSeconds() + " s", e);
        } finally {
            sending.cancel(true);
        }
    }
}
