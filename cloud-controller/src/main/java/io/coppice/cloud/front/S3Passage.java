package io.coppice.cloud.front;

import io.coppice.cloud.identity.OriginKey;
import io.coppice.foundation.rpc.Address;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.query.ErrorDocuments;
import io.coppice.wire.sign.OriginStamp;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.TrustOptions;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.net.ssl.X509TrustManager;
import org.jboss.logging.Logger;

/**
 * Passes S3 requests on to Walrus and its answers back, byte by byte: nothing is buffered, a slow side slows the other.
 * The Host header stays, because signatures and bucket names in host names depend on it. Thread-safe.
 */
public final class S3Passage implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(S3Passage.class);
    private static final int CONNECT_MILLIS = 5_000;
    private static final int UNAVAILABLE = 503;

    /** RFC 9110 section 7.6.1: they speak about one connection only. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private final HttpClient walrus;
    private final Address address;
    private final OriginKey originKey;
    private final Clock clock = Clock.systemUTC();

    /** To a Walrus that speaks plain HTTP. */
    public S3Passage(Vertx vertx, Address walrus, OriginKey originKey, FrontConfig config) {
        this(vertx, walrus, Optional.empty(), originKey, config);
    }

    /**
     * With {@code trust}, which says who is Walrus, it speaks HTTPS.
     *
     * @param originKey stamps where requests came from
     */
    public S3Passage(
            Vertx vertx, Address walrus, Optional<X509TrustManager> trust, OriginKey originKey, FrontConfig config) {
        this.address = walrus;
        this.originKey = originKey;
        var options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeout(Math.toIntExact(config.s3IdleTimeout().toSeconds()))
                .setMaxWaitQueueSize(config.s3Waiting());
        // A party is known by the identity in its certificate, as in every talk between roles; host names play no part.
        trust.ifPresent(who -> options.setSsl(true).setVerifyHost(false).setTrustOptions(TrustOptions.wrap(who)));
        this.walrus = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(config.s3Connections()));
    }

    /** Takes over the request; must be called before anything of its body is read. */
    void passOn(HttpServerRequest inbound) {
        inbound.pause();
        var options = new RequestOptions()
                .setMethod(inbound.method())
                .setHost(address.host())
                .setPort(address.port())
                .setURI(inbound.uri());
        walrus.request(options)
                .onSuccess(outbound -> send(inbound, outbound))
                .onFailure(failure -> unavailable(inbound, failure));
    }

    @Override
    public void close() {
        walrus.close();
    }

    private void send(HttpServerRequest inbound, HttpClientRequest outbound) {
        inbound.headers().forEach(header -> {
            if (!hopByHop(header.getKey()) && !header.getKey().equalsIgnoreCase(OriginStamp.HEADER)) {
                outbound.headers().add(header.getKey(), header.getValue());
            }
        });
        outbound.putHeader(
                OriginStamp.HEADER, originKey.stamp(inbound.remoteAddress().hostAddress(), inbound.isSSL(), clock));
        if (inbound.getHeader("Host") == null && inbound.authority() != null) {
            outbound.putHeader("Host", inbound.authority().toString());
        }
        inbound.response().closeHandler(gone -> outbound.reset());
        outbound.response()
                .onSuccess(answer -> answer(inbound, answer))
                .onFailure(failure -> unavailable(inbound, failure));
        if (inbound.getHeader("Content-Length") == null) {
            // A body of unknown length comes chunked and goes on chunked; without either header HTTP/1.1 has none.
            if (inbound.getHeader("Transfer-Encoding") == null && inbound.version() != HttpVersion.HTTP_2) {
                inbound.resume();
                outbound.end();
                return;
            }
            outbound.setChunked(true);
        }
        if (inbound.getHeader("Expect") == null) {
            inbound.pipeTo(outbound);
            return;
        }
        // Walrus says whether it wants the body; its refusal comes back as any other answer.
        outbound.continueHandler(wanted -> {
            inbound.response().writeContinue();
            inbound.pipeTo(outbound);
        });
        outbound.sendHead();
    }

    private void answer(HttpServerRequest inbound, HttpClientResponse answer) {
        var response = inbound.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.statusCode());
        answer.headers().forEach(header -> {
            if (!hopByHop(header.getKey())) {
                response.headers().add(header.getKey(), header.getValue());
            }
        });
        if (answer.getHeader("Content-Length") == null && answer.getHeader("Transfer-Encoding") != null) {
            response.setChunked(true);
        }
        answer.pipeTo(response).onFailure(failure -> {
            LOG.debugf("an answer of Walrus broke off: %s", failure.getMessage());
            // Only a cut connection tells the client that this was not all.
            response.reset();
        });
    }

    private void unavailable(HttpServerRequest inbound, Throwable failure) {
        var response = inbound.response();
        if (response.ended() || response.closed() || response.headWritten()) {
            response.reset();
            return;
        }
        var requestId = UUID.randomUUID().toString();
        LOG.warnf("S3 request %s: Walrus at %s does not answer: %s", requestId, address, failure.getMessage());
        var error = AwsException.of(
                "ServiceUnavailable",
                UNAVAILABLE,
                "The object store does not answer. Please reduce your request rate or try again soon.");
        if (inbound.version() != HttpVersion.HTTP_2) {
            // The body may still be on its way; nobody reads it.
            response.putHeader("Connection", "close");
        }
        response.setStatusCode(error.status())
                .putHeader("Content-Type", "application/xml")
                .putHeader("x-amz-request-id", requestId)
                .putHeader("x-amzn-RequestId", requestId)
                .end(Buffer.buffer(ErrorDocuments.s3(error, inbound.uri(), requestId), "UTF-8"));
        inbound.resume();
    }

    private static boolean hopByHop(String header) {
        return HOP_BY_HOP.contains(header.toLowerCase(Locale.ROOT));
    }
}
