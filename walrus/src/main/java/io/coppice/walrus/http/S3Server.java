package io.coppice.walrus.http;

import io.coppice.foundation.http.HttpsOnly;
import io.coppice.foundation.rpc.Address;
import io.coppice.walrus.accesslog.LogBuffer;
import io.coppice.walrus.blob.InsufficientSpaceException;
import io.coppice.walrus.blob.StoreUnavailableException;
import io.coppice.walrus.body.HttpBody;
import io.coppice.walrus.identity.Identity;
import io.coppice.walrus.identity.IdentityUnavailableException;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.error.RefusalLog;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.X509KeyManager;
import org.jboss.logging.Logger;

/**
 * Walrus's HTTP door: reads heads on several event loops, hands each request to a virtual thread, and answers whatever
 * goes wrong there as an S3 error document. Thread-safe.
 */
public final class S3Server implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(S3Server.class);
    private static final int MAX_HEADER_BYTES = 32 * 1024;
    private static final int MAX_LINE_BYTES = 16 * 1024;
    /** Of a body what the socket gives at once is handed on at once: each piece wakes the thread that takes it. */
    private static final int PIECE_BYTES = 64 * 1024;

    private static final long DRAIN_BYTES = 8L * 1024 * 1024;
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int MAX_LOOPS = 8;
    private static final String HOST_ID = "walrus";

    private final Vertx vertx;
    private final S3Settings settings;
    private final S3Dispatcher dispatcher;
    private final Optional<RawHandler> images;
    private final Optional<X509KeyManager> https;
    private final Semaphore slots;
    private final Clock clock;
    private final AccessLog accessLog;
    private final RefusalLog refusals;
    private final AtomicInteger actualPort = new AtomicInteger();
    private String deployment = "";

    /** Answers requests that are not S3's own. */
    @FunctionalInterface
    public interface RawHandler {
        /** Answers the request when it is one of its own; false leaves it alone. Runs on a virtual thread. */
        boolean handle(HttpServerRequest request) throws IOException;
    }

    /** What a request came on: its body, its answer, and how a client that waits is told to go on. */
    record Connection(HttpBody body, HttpServerResponse response, Runnable proceed, Visit visit) {}

    /**
     * A plain HTTP door that does not listen yet; {@code images} answers what lies under {@code /_coppice/}. Throws
     * {@link IOException} when lines of access logs that an earlier process left cannot be read.
     */
    public S3Server(Vertx vertx, Store store, Identity identity, S3Settings settings, Optional<RawHandler> images)
            throws IOException {
        this(vertx, store, identity, settings, images, Optional.empty());
    }

    /** As the other one; with {@code https}, which shows the door's certificate, it speaks HTTPS alone. */
    public S3Server(
            Vertx vertx,
            Store store,
            Identity identity,
            S3Settings settings,
            Optional<RawHandler> images,
            Optional<X509KeyManager> https)
            throws IOException {
        this.vertx = vertx;
        this.https = https;
        this.settings = settings;
        this.dispatcher = new S3Dispatcher(store, identity, settings);
        this.clock = store.clock();
        this.accessLog = new AccessLog(
                store,
                new OwnWrites(store, new Drafts(store, identity.accounts())),
                LogBuffer.open(
                        settings.telling().accessLogLines(), settings.telling().accessLogFolder()),
                settings.telling().accessLogEvery());
        this.images = images;
        this.slots = new Semaphore(settings.maxConcurrentRequests());
        this.refusals = new RefusalLog(LOG::info, settings.loggedRefusalsPerMinute(), store.clock());
    }

    /** Begins to listen; throws {@link IOException} when the address is taken. */
    public void start(Address address) throws IOException {
        actualPort.set(address.port() == 0 ? freePort(address.host()) : address.port());
        await(vertx.deployVerticle(() -> new Loop(address.host()), new DeploymentOptions().setInstances(loops()))
                .onSuccess(id -> deployment = id));
        accessLog.start();
    }

    /** The port that it really listens on. */
    public int port() {
        return actualPort.get();
    }

    @Override
    public void close() throws IOException {
        if (!deployment.isEmpty()) {
            await(vertx.undeploy(deployment));
            accessLog.close();
        }
        deployment = "";
    }

    /** The event loops share a port only when all ask for the same one, so a free one is looked up first. */
    private static int freePort(String host) throws IOException {
        try (var probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(host, 0));
            return probe.getLocalPort();
        }
    }

    private static int loops() {
        return Math.max(2, Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors()));
    }

    private final class Loop extends AbstractVerticle {
        private final String host;

        private Loop(String host) {
            this.host = host;
        }

        @Override
        public void start(Promise<Void> started) {
            var options = new HttpServerOptions()
                    .setMaxHeaderSize(MAX_HEADER_BYTES)
                    .setMaxInitialLineLength(MAX_LINE_BYTES)
                    .setMaxChunkSize(PIECE_BYTES)
                    .setHandle100ContinueAutomatically(false)
                    .setHttp2ClearTextEnabled(false)
                    .setTcpNoDelay(true)
                    .setIdleTimeout((int) (settings.idleLimit().toSeconds() * 2));
            https.ifPresent(keys -> options.setSsl(true)
                    .setKeyCertOptions(KeyCertOptions.wrap(keys))
                    .setSslEngineOptions(new HttpsOnly()));
            vertx.createHttpServer(options)
                    .requestHandler(S3Server.this::accept)
                    .listen(actualPort.get(), host)
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }

    private void accept(HttpServerRequest request) {
        var body = new HttpBody(request, settings.idleLimit());
        request.response().exceptionHandler(e -> LOG.debugf("a client went away: %s", e.toString()));
        Thread.ofVirtual().name("s3-request").start(() -> handle(request, body));
    }

    private void handle(HttpServerRequest request, HttpBody body) {
        var response = request.response();
        var requestId = requestId();
        var visit = new Visit(clock.instant(), requestId);
        response.putHeader("x-amz-request-id", requestId);
        response.putHeader("x-amz-id-2", HOST_ID);
        response.putHeader("Server", "Coppice");
        var waits = new boolean[] {"100-continue".equalsIgnoreCase(request.getHeader("Expect"))};
        if (!slots.tryAcquire()) {
            fail(request, requestId, refused(S3Errors.slowDown(), request, requestId), waits[0]);
            return;
        }
        try {
            if (images.isEmpty() || !images.get().handle(request)) {
                var connection = new Connection(
                        body,
                        response,
                        () -> {
                            if (waits[0]) {
                                waits[0] = false;
                                response.writeContinue();
                            }
                        },
                        visit);
                dispatch(request, connection);
            }
        } catch (Exception e) {
            // The boundary: whatever went wrong, the client gets an answer and the log the same request id.
            var error = translate(e, request, requestId);
            visit.failed(error.code());
            fail(request, requestId, error, waits[0]);
        } finally {
            slots.release();
        }
        accessLog.record(visit, response);
        if (!waits[0] && !body.ended() && !body.drain(DRAIN_BYTES, DRAIN_LIMIT)) {
            request.connection().close();
        }
    }

    private void dispatch(HttpServerRequest request, Connection connection) throws IOException {
        if (settings.servesWebsite(request.getHeader("Host"))) {
            dispatcher.visit(S3Request.of(request, settings.websiteDomains()), connection);
        } else {
            dispatcher.dispatch(S3Request.of(request, settings.domains()), connection);
        }
    }

    private AwsException refused(AwsException error, HttpServerRequest request, String requestId) {
        // The path without the query, which may hold a presigned signature.
        refusals.refused(requestId, "S3 " + request.method() + " " + request.path(), "-", error);
        return error;
    }

    private AwsException translate(Exception e, HttpServerRequest request, String requestId) {
        return switch (e) {
            case AwsException expected -> refused(expected, request, requestId);
            case InsufficientSpaceException full -> {
                LOG.warnf("%s: %s (request %s)", request.path(), full.getMessage(), requestId);
                yield S3Errors.storageFull();
            }
            case StoreUnavailableException away -> {
                LOG.warnf("%s: %s (request %s)", request.path(), away.getMessage(), requestId);
                yield S3Errors.unavailable();
            }
            case HttpBody.RequestTimeoutException slow -> refused(S3Errors.requestTimeout(), request, requestId);
            case IdentityUnavailableException away -> {
                LOG.warnf("%s (request %s)", away.getMessage(), requestId);
                yield S3Errors.unavailable();
            }
            case java.io.EOFException gone ->
                refused(
                        AwsException.client("IncompleteBody", "The request body terminated unexpectedly"),
                        request,
                        requestId);
            default ->
                DatabaseFaults.translate(e)
                        .map(error -> {
                            LOG.warnf(
                                    "%s %s: the database is away, busy or has no room: %s (request %s)",
                                    request.method(), request.path(), e.getMessage(), requestId);
                            return error;
                        })
                        .orElseGet(() -> {
                            LOG.errorf(e, "%s %s failed (request %s)", request.method(), request.path(), requestId);
                            return S3Errors.internal();
                        });
        };
    }

    private static void fail(HttpServerRequest request, String requestId, AwsException error, boolean clientWaits) {
        var response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            // Half an answer is out: only a cut connection tells the client that the rest will not come.
            request.connection().close();
            return;
        }
        response.headers().remove("Content-Length");
        if (clientWaits) {
            // Whether its body still comes is the client's choice, so this connection cannot be used again.
            response.putHeader("Connection", "close");
        }
        response.setStatusCode(error.status());
        if (request.method() == HttpMethod.HEAD) {
            response.end();
            return;
        }
        response.putHeader("Content-Type", "application/xml");
        response.end(Buffer.buffer(XmlWriter.plain("Error")
                .element("Code", error.code())
                .element("Message", String.valueOf(error.getMessage()))
                .element("Resource", String.valueOf(request.path()))
                .element("RequestId", requestId)
                .element("HostId", HOST_ID)
                .close("Error")
                .toString()));
    }

    private static String requestId() {
        return HexFormat.of()
                .withUpperCase()
                .toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private static <T> void await(Future<T> future) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the S3 door does not open or close: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the S3 door opened or closed");
        }
    }
}
