package io.coppice.cloud.compute;

import io.coppice.cloud.identity.OperatorTokens;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.wire.error.AwsException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Images on hosts, for the operator. {@code POST /api/v1/image-prefetch} has hosts fetch an image: the body is a JSON object with
 * {@code imageId}, {@code zone} (all when absent) and {@code hosts} (ids or names; all when absent), the answer has {@code told}, {@code
 * away} and {@code silentZones}. {@code GET /api/v1/image-caches?image=ami-…} tells what hosts keep, of all images without the
 * parameter.
 */
@ApplicationScoped
class ImageCachesRoute {
    static final String PREFETCH = "/api/v1/image-prefetch";
    static final String CACHES = "/api/v1/image-caches";

    private static final Logger LOG = Logger.getLogger(ImageCachesRoute.class);
    private static final int MAX_BODY_BYTES = 128 * 1024;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int INTERNAL_ERROR = 500;

    private final ImageCaches caches;
    private final Instance<OperatorTokens> tokens;

    ImageCachesRoute(ImageCaches caches, Instance<OperatorTokens> tokens) {
        this.caches = caches;
        this.tokens = tokens;
    }

    void mount(@Observes Router router) {
        router.post(PREFETCH)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(routing -> {
                    var body = routing.body().asString();
                    respond(routing, () -> prefetch(body));
                });
        router.get(CACHES).handler(routing -> {
            var image = routing.request().getParam("image");
            respond(routing, () -> list(image));
        });
    }

    private void respond(RoutingContext routing, Supplier<JsonObject> work) {
        var context = routing.vertx().getOrCreateContext();
        var authorization = routing.request().getHeader("Authorization");
        Thread.ofVirtual().name("image-caches").start(() -> {
            var answer = answer(authorization, work);
            context.runOnContext(any -> routing.response()
                    .setStatusCode(answer.status())
                    .putHeader("Content-Type", "application/json")
                    .end(answer.body().encode()));
        });
    }

    /** Blocks. Never throws: the boundary of these routes. */
    Answer answer(@Nullable String authorization, Supplier<JsonObject> work) {
        try {
            if (authorization == null || !tokens.get().accepts(authorization)) {
                return failure(
                        FORBIDDEN, "AccessDenied", "Only the operator of this cloud looks after its hosts' images");
            }
            return new Answer(OK, work.get());
        } catch (AwsException e) {
            return failure(e.status(), e.code(), String.valueOf(e.getMessage()));
        } catch (MalformedIdException e) {
            return failure(BAD_REQUEST, "InvalidAMIID.Malformed", String.valueOf(e.getMessage()));
        } catch (DecodeException | ClassCastException e) {
            return failure(
                    BAD_REQUEST, "MalformedInput", "The body must be a JSON object with imageId, zone and hosts");
        } catch (RuntimeException e) {
            LOG.error("the hosts' images could not be looked after", e);
            return failure(INTERNAL_ERROR, "InternalError", "The cause is in the log of the cloud-controller");
        }
    }

    JsonObject prefetch(@Nullable String body) {
        var wish = new JsonObject(body == null || body.isBlank() ? "{}" : body);
        var hosts = wish.getJsonArray("hosts", new JsonArray()).stream()
                .map(String.class::cast)
                .toList();
        var told = caches.prefetch(
                new ImageId(wish.getString("imageId", "")), Optional.ofNullable(wish.getString("zone")), hosts);
        return new JsonObject()
                .put("told", new JsonArray(told.told()))
                .put("away", new JsonArray(told.away()))
                .put("silentZones", new JsonArray(told.silentZones()));
    }

    JsonObject list(@Nullable String image) {
        var found = caches.caches(Optional.ofNullable(image).map(ImageId::new));
        return new JsonObject()
                .put(
                        "hosts",
                        new JsonArray(found.hosts().stream()
                                .map(ImageCachesRoute::json)
                                .toList()))
                .put("silentZones", new JsonArray(found.silentZones()));
    }

    private static JsonObject json(ImageCaches.HostCache host) {
        List<JsonObject> images = host.images().stream()
                .map(kept -> new JsonObject()
                        .put("imageId", kept.imageId())
                        .put("sha256", kept.sha256())
                        .put("state", kept.state())
                        .put("percent", kept.percent())
                        .put("failure", kept.failure()))
                .toList();
        return new JsonObject()
                .put("zone", host.zone())
                .put("nodeId", host.nodeId())
                .put("hostName", host.hostName())
                .put("up", host.up())
                .put("cacheBytes", host.cacheBytes())
                .put("images", new JsonArray(images));
    }

    private static Answer failure(int status, String code, String message) {
        return new Answer(status, new JsonObject().put("code", code).put("message", message));
    }

    /** What goes back. */
    record Answer(int status, JsonObject body) {}
}
