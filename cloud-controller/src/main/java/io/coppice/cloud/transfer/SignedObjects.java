package io.coppice.cloud.transfer;

import io.coppice.cloud.transfer.CallerCredentials.Signer;
import io.coppice.foundation.pki.AuthorityTrust;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.role.S3Door;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.wire.sign.SigV4Presigner;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The object store over its S3 door, each request signed by its URL. Thread-safe. */
@ApplicationScoped
class SignedObjects implements CallerObjects {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final Duration COMPLETION_LIMIT = Duration.ofMinutes(5);
    private static final Duration AT_ONCE = Duration.ofMinutes(5);
    private static final Pattern UPLOAD_ID = Pattern.compile("<UploadId>([^<]{1,255})</UploadId>");
    private static final int SERVER_FAULT = 500;
    private static final int CLIENT_FAULT = 400;
    private static final int NOT_FOUND = 404;

    private final S3Door door;
    private final String region;
    private final Clock clock;
    private final Instance<CertificateAuthority> authority;
    private volatile @Nullable HttpClient client;

    SignedObjects(SiteConfig site, Clock clock, Instance<CertificateAuthority> authority) {
        door = S3Door.of(site);
        region = site.region();
        this.clock = clock;
        this.authority = authority;
    }

    @Override
    public OptionalLong size(Signer signer, String bucket, String key) throws IOException {
        var url = url(signer, "HEAD", bucket, key, new LinkedHashMap<>(), AT_ONCE);
        var answer = send(HttpRequest.newBuilder(url).method("HEAD", BodyPublishers.noBody()), ANSWER_LIMIT);
        return answer.statusCode() >= CLIENT_FAULT
                ? OptionalLong.empty()
                : answer.headers().firstValueAsLong("Content-Length");
    }

    @Override
    public URI readable(Signer signer, String bucket, String key, Duration life) {
        return url(signer, "GET", bucket, key, new LinkedHashMap<>(), life);
    }

    @Override
    public String begin(Signer signer, String bucket, String key) throws IOException {
        var query = new LinkedHashMap<String, String>();
        query.put("uploads", "");
        var url = url(signer, "POST", bucket, key, query, AT_ONCE);
        var answer = accepted(send(HttpRequest.newBuilder(url).POST(BodyPublishers.noBody()), ANSWER_LIMIT));
        var id = UPLOAD_ID.matcher(answer.body());
        if (!id.find()) {
            throw new IOException("the object store does not say what the upload is called");
        }
        return id.group(1);
    }

    @Override
    public List<URI> parts(Signer signer, Upload upload, int count, Duration life) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> {
                    var query = new LinkedHashMap<String, String>();
                    query.put("partNumber", String.valueOf(number));
                    query.put("uploadId", upload.id());
                    return url(signer, "PUT", upload.bucket(), upload.key(), query, life);
                })
                .toList();
    }

    @Override
    public void complete(Signer signer, Upload upload, List<String> etags) throws IOException {
        var document = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < etags.size(); i++) {
            document.append("<Part><PartNumber>")
                    .append(i + 1)
                    .append("</PartNumber><ETag>")
                    .append(etags.get(i).replace("\"", "&quot;"))
                    .append("</ETag></Part>");
        }
        document.append("</CompleteMultipartUpload>");
        var url = url(signer, "POST", upload.bucket(), upload.key(), ofUpload(upload), AT_ONCE);
        var answer = accepted(
                send(HttpRequest.newBuilder(url).POST(BodyPublishers.ofString(document.toString())), COMPLETION_LIMIT));
        if (answer.body().contains("<Error>")) {
            // S3 begins to answer before it knows.
            throw new Refused(answer.statusCode());
        }
    }

    @Override
    public void abort(Signer signer, Upload upload) throws IOException {
        var url = url(signer, "DELETE", upload.bucket(), upload.key(), ofUpload(upload), AT_ONCE);
        var answer = send(HttpRequest.newBuilder(url).DELETE(), ANSWER_LIMIT);
        if (answer.statusCode() != NOT_FOUND) {
            accepted(answer);
        }
    }

    private static SequencedMap<String, String> ofUpload(Upload upload) {
        var query = new LinkedHashMap<String, String>();
        query.put("uploadId", upload.id());
        return query;
    }

    private URI url(
            Signer signer,
            String method,
            String bucket,
            String key,
            SequencedMap<String, String> query,
            Duration life) {
        query.put("X-Amz-Security-Token", signer.sessionToken());
        return new SigV4Presigner(signer.accessKeyId(), signer.secret(), region, clock)
                .presign(method, URI.create(door.url()), bucket, key, query, life);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, Duration limit) throws IOException {
        try {
            var answer = client().send(request.timeout(limit).build(), BodyHandlers.ofString());
            if (answer.statusCode() >= SERVER_FAULT) {
                throw new IOException("the object store answered with HTTP status " + answer.statusCode());
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the object store was asked");
        }
    }

    private static HttpResponse<String> accepted(HttpResponse<String> answer) throws Refused {
        if (answer.statusCode() >= CLIENT_FAULT) {
            throw new Refused(answer.statusCode());
        }
        return answer;
    }

    /** Made with the first use: the authority is there when the role serves. */
    private synchronized HttpClient client() throws IOException {
        var made = client;
        if (made == null) {
            var builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_LIMIT)
                    .followRedirects(HttpClient.Redirect.NEVER);
            if (door.secure()) {
                builder.sslContext(AuthorityTrust.of(authority.get().certificate()));
            }
            made = builder.build();
            client = made;
        }
        return made;
    }
}
