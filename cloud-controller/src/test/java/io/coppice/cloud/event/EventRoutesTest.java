package io.coppice.cloud.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, events cannot be followed over HTTP, cannot be resumed, or are shown to the wrong people. */
class EventRoutesTest {
    private static final TestDatabase DATABASE = TestDatabase.start();
    private static final ChangeCause CAUSE = new ChangeCause("Test", "coppice", "", "a \"test\"\nof two lines");

    private final EventSignal signal = new EventSignal();
    private final StoredEventLog log = new StoredEventLog(DATABASE, signal, Clock.systemUTC());
    private final HttpClient client = HttpClient.newHttpClient();
    private Vertx vertx;
    private int port;

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void serve() {
        DATABASE.truncate("events");
        vertx = Vertx.vertx();
        var router = Router.router(vertx);
        new EventRoutes(
                        new EventReader(DATABASE),
                        signal,
                        EventRoutesTest::viewer,
                        new EventRoutes.Settings(1, 2, Duration.ofSeconds(30)))
                .register(router);
        port = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    @AfterEach
    void close() {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Optional<ApiAccess.Viewer> viewer(io.vertx.ext.web.RoutingContext request) {
        return switch (String.valueOf(request.request().getHeader("Authorization"))) {
            case "operator" -> Optional.of(new ApiAccess.Viewer.Operator());
            case "alice" -> Optional.of(new ApiAccess.Viewer.Account(TestRequests.ALICE));
            default -> Optional.empty();
        };
    }

    @Test
    void linesCanBeReadAndResumed() throws Exception {
        happen(3);
        var all = get("", "operator", "application/x-ndjson").body().lines().toList();
        assertEquals(3, all.size());
        assertTrue(all.getFirst().contains("\"summary\":\"a \\\"test\\\"\\nof two lines\""), all.getFirst());
        var position = all.getFirst().replaceFirst(".*\"position\":\"(\\d+)\".*", "$1");
        assertEquals(
                all.subList(1, 3),
                get("?after=" + position, "operator", "application/x-ndjson")
                        .body()
                        .lines()
                        .toList());
        assertEquals(
                "", get("?after=latest", "operator", "application/x-ndjson").body());
    }

    @Test
    void strangersAndNonsenseAreRefused() throws Exception {
        happen(1);
        assertEquals(401, get("", "nobody", "").statusCode());
        assertEquals(400, get("?after=yesterday", "operator", "").statusCode());
        DATABASE.run(entities -> log.append(CAUSE, "test.changed", "r", TestRequests.BOB, Map.of()));
        assertEquals(1, get("", "alice", "application/x-ndjson").body().lines().count());
        assertEquals(
                2, get("", "operator", "application/x-ndjson").body().lines().count());
    }

    @Test
    void aFollowerSeesWhatHappensLater() throws Exception {
        var follow = client.send(request("?after=latest&follow=true", "operator", ""), BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(follow.body(), StandardCharsets.UTF_8))) {
            assertEquals(
                    "text/event-stream",
                    follow.headers().firstValue("Content-Type").orElse(""));
            assertEquals(503, get("", "operator", "").statusCode(), "one follower is the limit here");
            happen(1);
            assertTrue(nextLine(lines).startsWith("id: "));
            assertEquals("event: test.changed", nextLine(lines));
            assertTrue(nextLine(lines).startsWith("data: {\"position\":"));
        }
    }

    private static String nextLine(BufferedReader lines) throws IOException {
        while (true) {
            var line = lines.readLine();
            if (line == null) {
                return "";
            }
            // Comments and the blanks between events say nothing.
            if (!line.isEmpty() && !line.startsWith(":")) {
                return line;
            }
        }
    }

    private void happen(int times) {
        for (var n = 0; n < times; n++) {
            DATABASE.run(entities -> log.append(CAUSE, "test.changed", "r", TestRequests.ALICE, Map.of()));
        }
    }

    private java.net.http.HttpResponse<String> get(String query, String who, String accept) throws Exception {
        return client.send(request(query, who, accept), BodyHandlers.ofString());
    }

    private HttpRequest request(String query, String who, String accept) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/events" + query))
                .header("Authorization", who)
                .header("Accept", accept.isEmpty() ? "*/*" : accept)
                .timeout(Duration.ofMinutes(2))
                .build();
    }
}
