package io.coppice.ebs.copy;

import io.coppice.wire.sign.SigV4Presigner;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The object store over its S3 door, each request signed by its URL with what was permitted last. Thread-safe. */
public final class SignedCopyStore implements CopyStore {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);
    private static final Duration URL_LIFE = Duration.ofMinutes(5);
    /** What is left of a permit must do for the request that is signed with it. */
    private static final Duration SPARE = Duration.ofSeconds(30);

    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int LONGEST_REFUSAL = 4096;

    private final URI door;
    private final String region;
    private final Clock clock;
    private final HttpClient client;
    private volatile @Nullable StorePermit permit;
    /** The bucket that was seen to be the cloud's own. */
    private volatile String owned = "";

    /**
     * Nobody is asked by this.
     *
     * @param door scheme and authority of the object store
     * @param trust whom it trusts where the door speaks HTTPS
     */
    public SignedCopyStore(URI door, String region, SSLContext trust, Clock clock) {
        this.door = door;
        this.region = region;
        this.clock = clock;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .sslContext(trust)
                .build();
    }

    /** From now on uses this permit. */
    public void permit(StorePermit next) {
        permit = next;
    }

    @Override
    public boolean isOpen() {
        var known = permit;
        return known != null && known.expiresAt().minus(SPARE).isAfter(clock.instant());
    }

    /** Makes the bucket, or finds that it is there and the cloud's own: whoever has its name else would get the copies. */
    @Override
    public void prepare() throws IOException {
        var bucket = open().bucket();
        if (bucket.equals(owned)) {
            return;
        }
        var answer = send("PUT", "", new byte[0]);
        try (var body = answer.body()) {
            var refusal = new String(body.readNBytes(LONGEST_REFUSAL), StandardCharsets.UTF_8);
            if (answer.statusCode() != OK
                    && !(answer.statusCode() == CONFLICT && refusal.contains("BucketAlreadyOwnedByYou"))) {
                throw new IOException("the bucket " + bucket + " for copies of snapshots cannot be made (HTTP status "
                        + answer.statusCode() + "): if another account has it, choose another one with"
                        + " coppice.snapshot-copies.bucket");
            }
        }
        owned = bucket;
    }

    @Override
    public void put(String key, byte[] content) throws IOException {
        try (var ignored = expect(send("PUT", key, content), OK)) {
            ignored.readAllBytes();
        }
    }

    @Override
    public Optional<byte[]> get(String key, int mostBytes) throws IOException {
        return get(open().bucket(), key, mostBytes);
    }

    @Override
    public List<CopyStore> elsewhere() {
        var known = permit;
        return known == null
                ? List.of()
                : known.readable().stream().<CopyStore>map(ReadOnly::new).toList();
    }

    /** The copies of another zone. */
    private final class ReadOnly implements CopyStore {
        private final String bucket;

        ReadOnly(String bucket) {
            this.bucket = bucket;
        }

        @Override
        public boolean isOpen() {
            return SignedCopyStore.this.isOpen();
        }

        @Override
        public void prepare() throws IOException {
            throw refusal();
        }

        @Override
        public void put(String key, byte[] content) throws IOException {
            throw refusal();
        }

        @Override
        public Optional<byte[]> get(String key, int mostBytes) throws IOException {
            return SignedCopyStore.this.get(bucket, key, mostBytes);
        }

        @Override
        public void delete(String key) throws IOException {
            throw refusal();
        }

        private IOException refusal() {
            return new IOException("the bucket " + bucket + " is another zone's");
        }
    }

    private Optional<byte[]> get(String bucket, String key, int mostBytes) throws IOException {
        var answer = send("GET", bucket, key, new byte[0]);
        if (answer.statusCode() == NOT_FOUND) {
            answer.body().close();
            return Optional.empty();
        }
        try (var body = expect(answer, OK)) {
            var content = body.readNBytes(mostBytes);
            if (body.read() >= 0) {
                throw new IOException("the object " + key + " is larger than " + mostBytes + " bytes");
            }
            return Optional.of(content);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        var answer = send("DELETE", key, new byte[0]);
        if (answer.statusCode() == NOT_FOUND) {
            answer.body().close();
            return;
        }
        expect(answer, NO_CONTENT).close();
    }

    private StorePermit open() throws IOException {
        var known = permit;
        if (known == null || !isOpen()) {
            throw new IOException("the Cloud Controller does not let the object store be used at the moment");
        }
        return known;
    }

    private HttpResponse<InputStream> send(String method, String key, byte[] content) throws IOException {
        return send(method, open().bucket(), key, content);
    }

    private HttpResponse<InputStream> send(String method, String bucket, String key, byte[] content)
            throws IOException {
        var signer = open();
        var query = new LinkedHashMap<String, String>();
        query.put("X-Amz-Security-Token", signer.sessionToken());
        var url = new SigV4Presigner(signer.accessKeyId(), signer.secretAccessKey(), region, clock)
                .presign(method, door, bucket, key, query, URL_LIFE);
        var body = content.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(content);
        try {
            return client.send(
                    HttpRequest.newBuilder(url)
                            .timeout(ANSWER_LIMIT)
                            .method(method, body)
                            .build(),
                    BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the object store was asked");
        }
    }

    private static InputStream expect(HttpResponse<InputStream> answer, int status) throws IOException {
        if (answer.statusCode() != status) {
            answer.body().close();
            throw new IOException("the object store answered with HTTP status " + answer.statusCode());
        }
        return answer.body();
    }
}
