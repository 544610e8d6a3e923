package io.coppice.testing.cloud;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** EC2 requests as no well-behaved client would send them, signed by the AWS SDK's own signer where they are signed at all. */
final class SignedRequests {
    private static final Set<String> SET_BY_THE_CLIENT = Set.of("host", "content-length", "connection");
    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern REQUEST_ID = Pattern.compile("<[rR]equestI[dD]>([^<]+)</[rR]equestI[dD]>");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** One for all: a client has threads and sockets of its own. */
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI endpoint;
    private final String region;
    private final String service;
    private final String path;
    private final HttpClient http;

    SignedRequests(URI endpoint, String region) {
        this(endpoint, region, "ec2", "/", HTTP);
    }

    private SignedRequests(URI endpoint, String region, String service, String path, HttpClient http) {
        this.endpoint = endpoint;
        this.region = region;
        this.service = service;
        this.path = path;
        this.http = http;
    }

    /** The same with another service in the signature's scope. */
    SignedRequests signedFor(String otherService) {
        return new SignedRequests(endpoint, region, otherService, path, http);
    }

    /** The same with another path. */
    SignedRequests at(String otherPath) {
        return new SignedRequests(endpoint, region, service, otherPath, http);
    }

    /** What came back. */
    record Answer(int status, String body) {
        String code() {
            var matcher = CODE.matcher(body);
            return matcher.find() ? matcher.group(1) : "";
        }

        boolean hasRequestId() {
            return REQUEST_ID.matcher(body).find();
        }
    }

    /** Sends the form body signed with the key at the clock's time. */
    Answer send(String form, String accessKey, String secretKey, Clock clock) {
        return send(form, AwsCredentialsIdentity.create(accessKey, secretKey), clock);
    }

    /** Sends the form body signed with these credentials at the clock's time. */
    Answer send(String form, AwsCredentialsIdentity credentials, Clock clock) {
        ContentStreamProvider body = ContentStreamProvider.fromUtf8String(form);
        var signed = AwsV4HttpSigner.create().sign(request -> request.identity(credentials)
                .request(SdkHttpRequest.builder()
                        .uri(endpoint.resolve(path))
                        .method(SdkHttpMethod.POST)
                        .putHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                        .build())
                .payload(body)
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                .putProperty(HttpSigner.SIGNING_CLOCK, clock));
        var builder = HttpRequest.newBuilder(endpoint.resolve(path))
                .timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString(form, StandardCharsets.UTF_8));
        signed.request().forEachHeader((name, values) -> {
            if (!SET_BY_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> builder.header(name, value));
            }
        });
        return send(builder.build());
    }

    /** Sends the form body without a signature. */
    Answer sendUnsigned(String form) {
        return send(HttpRequest.newBuilder(endpoint.resolve(path))
                .timeout(LIMIT)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form, StandardCharsets.UTF_8))
                .build());
    }

    /** Sends a GET with this query, which carries its own signature if any. */
    Answer get(String query) {
        return send(HttpRequest.newBuilder(URI.create(endpoint.resolve(path) + "?" + query))
                .timeout(LIMIT)
                .build());
    }

    /** The value of a response header after a signed request that says what encodings it takes. */
    HttpResponse<byte[]> compressed(URI presigned) {
        try {
            return http.send(
                    HttpRequest.newBuilder(presigned)
                            .timeout(LIMIT)
                            .header("Accept-Encoding", "gzip")
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending", e);
        }
    }

    private Answer send(HttpRequest request) {
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending", e);
        }
    }
}
