package io.coppice.cloud.event;

import io.coppice.cloud.event.ApiAccess.Viewer;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/events?after=POSITION&follow=true}: the outbox as server-sent events, or as one JSON object a line
 * when the client accepts {@code application/x-ndjson}. {@code after} (or the header {@code Last-Event-ID}) resumes;
 * {@code after=latest} begins now; without it everything that is kept comes first. One virtual thread a client.
 */
final class EventRoutes {
    private static final Logger LOG = Logger.getLogger(EventRoutes.class);
    private static final String PATH = "/api/v1/events";
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final int UNAUTHORIZED = 401;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;

    private final EventReader reader;
    private final EventSignal signal;
    private final ApiAccess access;
    private final Semaphore places;
    private final Settings settings;

    /** Limits: see {@link EventConfig}. */
    record Settings(int subscribers, int batch, Duration slowLimit) {}

    EventRoutes(EventReader reader, EventSignal signal, ApiAccess access, Settings settings) {
        this.reader = reader;
        this.signal = signal;
        this.access = access;
        this.settings = settings;
        this.places = new Semaphore(settings.subscribers());
    }

    void register(Router router) {
        router.get(PATH).handler(request -> Thread.ofVirtual().name("events").start(() -> serve(request)));
    }

    private void serve(RoutingContext request) {
        try {
            var viewer = access.check(request);
            if (viewer.isEmpty()) {
                refuse(request, UNAUTHORIZED, "sign the request, or send the operator token as a bearer token");
                return;
            }
            if (!places.tryAcquire()) {
                refuse(request, UNAVAILABLE, "too many clients follow events: raise coppice.events.subscribers");
                return;
            }
            try {
                stream(request, account(viewer.get()));
            } finally {
                places.release();
            }
        } catch (AwsException e) {
            refuse(request, e.status(), e.getMessage());
        } catch (IllegalArgumentException e) {
            refuse(request, BAD_REQUEST, "after is not a position that an earlier event carried");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The HTTP boundary of this route.
            LOG.warnf("events cannot be read: %s", e.toString());
            LOG.debug("cause", e);
            refuse(request, UNAVAILABLE, "events cannot be read now, try again");
        }
    }

    private void stream(RoutingContext request, Optional<AccountId> account) throws InterruptedException {
        var position = position(request);
        var follow = Boolean.parseBoolean(request.queryParams().get("follow"));
        var lines = Optional.ofNullable(request.request().getHeader("Accept"))
                .orElse("")
                .contains("application/x-ndjson");
        var response = request.response().setChunked(true);
        response.putHeader("Content-Type", lines ? "application/x-ndjson" : "text/event-stream");
        response.putHeader("Cache-Control", "no-store");
        var lastWrite = System.nanoTime();
        while (!response.closed()) {
            var seen = signal.count();
            var batch = reader.read(position, account, settings.batch());
            position = batch.next();
            if (!batch.events().isEmpty()) {
                if (!write(response, text(batch, lines))) {
                    return;
                }
                lastWrite = System.nanoTime();
            }
            if (batch.more()) {
                continue;
            }
            if (!follow) {
                response.end();
                return;
            }
            if (System.nanoTime() - lastWrite > KEEP_ALIVE.toNanos()) {
                if (!write(response, lines ? "\n" : ": still here\n\n")) {
                    return;
                }
                lastWrite = System.nanoTime();
            }
            signal.await(seen, EventSignal.LOOK_EVERY);
        }
    }

    private EventPosition position(RoutingContext request) {
        var given = firstOf(
                request.request().getHeader("Last-Event-ID"),
                request.queryParams().get("after"));
        return switch (given) {
            case "" -> EventPosition.START;
            case "latest" -> reader.latest();
            default -> EventPosition.parse(given);
        };
    }

    private static String firstOf(@Nullable String first, @Nullable String second) {
        return first != null && !first.isEmpty() ? first : second == null ? "" : second;
    }

    private static String text(EventReader.Batch batch, boolean lines) {
        var text = new StringBuilder();
        for (var event : batch.events()) {
            if (lines) {
                text.append(event.json()).append('\n');
            } else {
                text.append("id: ")
                        .append(event.position())
                        .append("\nevent: ")
                        .append(event.kind())
                        .append("\ndata: ")
                        .append(event.json())
                        .append("\n\n");
            }
        }
        return text.toString();
    }

    /** False when the client went away or is too slow; it is disconnected then and may resume. */
    private boolean write(HttpServerResponse response, String text) throws InterruptedException {
        try {
            response.write(Buffer.buffer(text))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(settings.slowLimit().toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            LOG.info("a client that follows events is too slow and was disconnected");
            response.reset();
            return false;
        } catch (ExecutionException e) {
            LOG.debug("a client that followed events is gone", e);
            return false;
        }
    }

    private static Optional<AccountId> account(Viewer viewer) {
        return switch (viewer) {
            case Viewer.Operator _ -> Optional.empty();
            case Viewer.Account own -> Optional.of(own.account());
        };
    }

    private static void refuse(RoutingContext request, int status, @Nullable String message) {
        var response = request.response();
        if (response.headWritten()) {
            response.reset();
        } else {
            response.setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(new JsonObject().put("message", message).encode());
        }
    }
}
