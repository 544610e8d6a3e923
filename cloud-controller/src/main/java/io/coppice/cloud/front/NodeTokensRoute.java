package io.coppice.cloud.front;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.ExecutorService;

/** {@link NodeTokensApi} over HTTP. */
final class NodeTokensRoute {
    private static final String JSON = "application/json";

    private final NodeTokensApi api;
    private final BodyReader bodies;
    private final ExecutorService handlers;

    NodeTokensRoute(NodeTokensApi api, BodyReader bodies, ExecutorService handlers) {
        this.api = api;
        this.bodies = bodies;
        this.handlers = handlers;
    }

    void receive(RoutingContext routing) {
        var signable = FrontDoor.signable(routing.request());
        var context = routing.vertx().getOrCreateContext();
        bodies.read(
                routing.request(),
                body -> handlers.execute(() -> {
                    var answer = api.create(signable, body.getBytes());
                    context.runOnContext(any -> respond(routing, answer, JSON));
                }),
                () -> respond(routing, NodeTokensApi.JsonAnswer.TOO_LARGE, JSON));
    }

    static void respond(RoutingContext routing, NodeTokensApi.JsonAnswer answer, String contentType) {
        var response = routing.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status())
                .putHeader("Content-Type", contentType)
                .putHeader("Cache-Control", "no-store")
                .end(Buffer.buffer(answer.json()));
    }
}
