package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.identity.TestIdentity;
import io.coppice.foundation.rpc.Address;
import io.coppice.wire.sign.OriginStamp;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, objects would arrive damaged, or one slow download would fill the memory of the Cloud Controller. */
class S3PassageTest {
    private static final int MIB = 1024 * 1024;
    /** More than any buffer on the way could hold by chance. */
    private static final long HUGE = 256L * MIB;

    private static final int ROUND_TRIPS = 50;

    @TempDir
    static Path data;

    private static final AtomicLong SENT = new AtomicLong();
    private static Vertx vertx;
    private static HttpServer store;
    private static TestIdentity identity;
    private static TestDoor door;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        store = vertx.createHttpServer()
                .requestHandler(S3PassageTest::serve)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        identity = TestIdentity.start(data, Clock.systemUTC());
        door = new TestDoor(identity, Clock.systemUTC(), new Address("127.0.0.1", store.actualPort()));
    }

    @AfterAll
    static void stop() throws Exception {
        door.close();
        identity.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** A stand-in for Walrus: echoes, tells what it saw, refuses, or sends without end. */
    private static void serve(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/bucket/echo" -> {
                if (request.getHeader("Expect") != null) {
                    request.response().writeContinue();
                }
                request.response()
                        .putHeader("ETag", "\"x\"")
                        .putHeader("x-seen-host", request.getHeader("Host"))
                        .putHeader("x-seen-uri", request.uri())
                        .putHeader(
                                "x-seen-origin",
                                String.join("|", request.headers().getAll(OriginStamp.HEADER)))
                        .setChunked(true);
                request.pipeTo(request.response());
            }
            case "/bucket/refused" ->
                request.response()
                        .setStatusCode(403)
                        .putHeader("Connection", "close")
                        .end("<Error/>");
            case "/bucket/head" ->
                request.response().putHeader("Content-Length", "12345").end();
            case "/bucket/huge" -> {
                request.response().putHeader("Content-Length", Long.toString(HUGE));
                pump(request);
            }
            default -> request.response().setStatusCode(404).end("<Error/>");
        }
    }

    private static void pump(HttpServerRequest request) {
        var response = request.response();
        while (SENT.get() < HUGE) {
            if (response.writeQueueFull()) {
                response.drainHandler(any -> pump(request));
                return;
            }
            SENT.addAndGet(MIB);
            response.write(Buffer.buffer(new byte[MIB]));
        }
        response.end();
    }

    @Test
    void bodiesPassUnchangedInBothDirections() throws Exception {
        var content = new byte[5 * MIB + 17];
        new Random(1).nextBytes(content);
        try (var client = client()) {
            for (var publisher : new HttpRequest.BodyPublisher[] {
                BodyPublishers.ofByteArray(content),
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content))
            }) {
                var answer = client.send(
                        request("/bucket/echo?partNumber=1&uploadId=a%2Fb")
                                .header(OriginStamp.HEADER, "192.0.2.1 true 1 made-up")
                                .PUT(publisher)
                                .build(),
                        BodyHandlers.ofByteArray());
                assertEquals(200, answer.statusCode());
                assertArrayEquals(content, answer.body());
                assertEquals(
                        door.uri().getAuthority(),
                        answer.headers().firstValue("x-seen-host").orElseThrow());
                assertEquals(
                        "/bucket/echo?partNumber=1&uploadId=a%2Fb",
                        answer.headers().firstValue("x-seen-uri").orElseThrow());
                assertEquals("\"x\"", answer.headers().firstValue("etag").orElseThrow());
                var origin = answer.headers().firstValue("x-seen-origin").orElseThrow();
                assertTrue(origin.startsWith("127.0.0.1 false "), "the client's own word goes no further: " + origin);
                assertFalse(origin.contains("|"), origin);
            }
        }
    }

    @Test
    void theStoreDecidesWhetherItWantsTheBody() throws Exception {
        try (var client = client()) {
            var wanted = client.send(
                    request("/bucket/echo")
                            .expectContinue(true)
                            .PUT(BodyPublishers.ofString("content"))
                            .build(),
                    BodyHandlers.ofString());
            assertEquals("content", wanted.body());
            var refused = client.send(
                    request("/bucket/refused")
                            .expectContinue(true)
                            .PUT(BodyPublishers.ofString("content"))
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(403, refused.statusCode());
        }
    }

    @Test
    void headAnswersKeepTheLength() throws Exception {
        try (var client = client()) {
            var answer = client.send(request("/bucket/head").HEAD().build(), BodyHandlers.discarding());
            assertEquals("12345", answer.headers().firstValue("content-length").orElseThrow());
        }
    }

    @Test
    void aSlowReaderSlowsTheStore() throws Exception {
        SENT.set(0);
        try (var client = client();
                var body = client.send(request("/bucket/huge").build(), BodyHandlers.ofInputStream())
                        .body()) {
            body.readNBytes(MIB);
            var before = -1L;
            // The store stops by itself once every buffer on the way is full. Whoever still had something to send on
            // has
            // done so by the time that the same threads have answered others.
            while (before != SENT.get()) {
                before = SENT.get();
                for (int i = 0; i < ROUND_TRIPS; i++) {
                    client.send(request("/bucket/head").HEAD().build(), BodyHandlers.discarding());
                }
            }
            assertTrue(before < HUGE / 2, "the store sent " + before + " bytes that nobody read");
        }
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(door.uri().resolve(path)).timeout(Duration.ofMinutes(2));
    }
}
