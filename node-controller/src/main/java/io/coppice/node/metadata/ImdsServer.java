package io.coppice.node.metadata;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.metadata.MetadataAnswers.Answer;
import io.coppice.node.metadata.MetadataAnswers.Request;
import io.coppice.node.network.MetadataEntry;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The metadata service on the host's addresses, which guests reach as 169.254.169.254 and fd00:ec2::254. It has an event loop of its own: a
 * guest that floods it slows nothing else down. Idle connections are closed and their number is bounded.
 */
public final class ImdsServer implements MetadataService {
    private static final Logger LOG = Logger.getLogger(ImdsServer.class);
    private static final int MAXIMUM_CONNECTIONS = 1024;
    private static final int IDLE_SECONDS = 15;
    private static final int MAXIMUM_HEADER_BYTES = 8192;
    private static final int MAXIMUM_LINE_BYTES = 2048;
    private static final long START_LIMIT_SECONDS = 10;

    private final MetadataAnswers answers;
    private final MetadataEntry entry;
    private final AtomicInteger connections = new AtomicInteger();
    private final Vertx vertx;
    private final List<HttpServer> servers = new ArrayList<>();

    private ImdsServer(MetadataAnswers answers, MetadataEntry entry) {
        this.answers = answers;
        this.entry = entry;
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    /**
     * Listens at once. Throws {@link IOException} when the port is taken or the address is not this host's.
     *
     * @param port 0 for any
     * @param architecture of the guests, {@code x86_64} or {@code arm64}
     */
    public static ImdsServer listen(String address, int port, String architecture) throws IOException {
        return listen(List.of(address), port, architecture, MetadataEntry.DIRECT);
    }

    /** As {@link #listen(String, int, String)}, at each of these, for guests whose requests come in this way. */
    public static ImdsServer listen(List<String> addresses, int port, String architecture, MetadataEntry entry)
            throws IOException {
        var imds = new ImdsServer(new MetadataAnswers(Clock.systemUTC(), architecture), entry);
        try {
            for (var address : addresses) {
                imds.open(address, port);
            }
            return imds;
        } catch (IOException e) {
            imds.close();
            throw e;
        }
    }

    private void open(String address, int port) throws IOException {
        var server = vertx.createHttpServer(new HttpServerOptions()
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxHeaderSize(MAXIMUM_HEADER_BYTES)
                .setMaxInitialLineLength(MAXIMUM_LINE_BYTES)
                .setReuseAddress(true));
        servers.add(server);
        server.connectionHandler(connection -> {
            connection.closeHandler(ignored -> connections.decrementAndGet());
            if (connections.incrementAndGet() > MAXIMUM_CONNECTIONS) {
                connection.close();
            }
        });
        server.requestHandler(this::handle);
        try {
            server.listen(port, address)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "the metadata service cannot listen on %s, port %d (set coppice.node.network.metadata-port to a free one): %s"
                            .formatted(address, port, e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the metadata service started", e);
        }
    }

    private void handle(HttpServerRequest request) {
        var response = request.response();
        if (request.remoteAddress() == null || request.path() == null) {
            response.setStatusCode(400).end();
            return;
        }
        var question = new Request(
                request.method().name(),
                request.path(),
                request.getHeader(MetadataAnswers.TOKEN_HEADER),
                request.getHeader(MetadataAnswers.TTL_HEADER),
                request.headers().contains(MetadataAnswers.FORWARDED_HEADER));
        Answer answer = entry.whoIs(request.remoteAddress().hostAddress())
                .map(guest -> answers.answer(guest, question))
                .orElseGet(MetadataAnswers::toNobody);
        answer.headers().forEach(response::putHeader);
        response.setStatusCode(answer.status())
                .putHeader("Content-Type", answer.contentType())
                .putHeader("Content-Length", Integer.toString(answer.body().length))
                .putHeader("Server", "EC2ws");
        if (request.method().name().equals("HEAD")) {
            response.end();
        } else {
            response.end(Buffer.buffer(answer.body()));
        }
    }

    /** The port it listens on, at its first address. */
    public int port() {
        return servers.getFirst().actualPort();
    }

    @Override
    public void publish(DesiredInstance instance) {
        answers.publish(instance);
    }

    @Override
    public void withdraw(InstanceId instance) {
        answers.withdraw(instance);
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the metadata service did not close in good order", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
