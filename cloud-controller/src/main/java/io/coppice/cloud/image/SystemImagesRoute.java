package io.coppice.cloud.image;

import io.coppice.cloud.identity.OperatorTokens;
import io.coppice.wire.error.AwsException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/system-images}, for the operator: makes sure that an object of the cloud's own account is an image.
 * The body is a JSON object with {@code name}, {@code bucket}, {@code key} and {@code public} (true when absent); the
 * answer has {@code imageId}, {@code state} and {@code stateReason}. Asking again is harmless and tells how far it is.
 */
@ApplicationScoped
class SystemImagesRoute {
    static final String PATH = "/api/v1/system-images";

    private static final Logger LOG = Logger.getLogger(SystemImagesRoute.class);
    private static final int MAX_BODY_BYTES = 16 * 1024;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int INTERNAL_ERROR = 500;

    private final SystemImages images;
    private final Instance<OperatorTokens> tokens;

    SystemImagesRoute(SystemImages images, Instance<OperatorTokens> tokens) {
        this.images = images;
        this.tokens = tokens;
    }

    void mount(@Observes Router router) {
        router.post(PATH)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(this::receive);
    }

    private void receive(RoutingContext routing) {
        var context = routing.vertx().getOrCreateContext();
        var authorization = routing.request().getHeader("Authorization");
        var body = routing.body().asString();
        Thread.ofVirtual().name("system-images").start(() -> {
            var answer = answer(authorization, body);
            context.runOnContext(any -> routing.response()
                    .setStatusCode(answer.status())
                    .putHeader("Content-Type", "application/json")
                    .end(answer.body().encode()));
        });
    }

    /** Blocks. Never throws: the boundary of this route. */
    Answer answer(@Nullable String authorization, @Nullable String body) {
        try {
            if (authorization == null || !tokens.get().accepts(authorization)) {
                return failure(FORBIDDEN, "AccessDenied", "Only the operator of this cloud registers its images");
            }
            var wish = new JsonObject(body == null || body.isBlank() ? "{}" : body);
            var image = images.ensure(
                    text(wish, "name"), text(wish, "bucket"), text(wish, "key"), wish.getBoolean("public", true));
            return new Answer(
                    OK,
                    new JsonObject()
                            .put("imageId", image.id().value())
                            .put("state", image.state())
                            .put("stateReason", image.stateReason()));
        } catch (AwsException e) {
            return failure(e.status(), e.code(), String.valueOf(e.getMessage()));
        } catch (DecodeException | ClassCastException e) {
            return failure(
                    BAD_REQUEST, "MalformedInput", "The body must be a JSON object with name, bucket, key and public");
        } catch (RuntimeException e) {
            LOG.error("a system image could not be registered", e);
            return failure(INTERNAL_ERROR, "InternalError", "The cause is in the log of the cloud-controller");
        }
    }

    private static String text(JsonObject wish, String field) {
        var value = wish.getString(field);
        if (value == null || value.isEmpty()) {
            throw ImageErrors.missing(field);
        }
        return value;
    }

    private static Answer failure(int status, String code, String message) {
        return new Answer(status, new JsonObject().put("code", code).put("message", message));
    }

    /** What goes back. */
    record Answer(int status, JsonObject body) {}
}
