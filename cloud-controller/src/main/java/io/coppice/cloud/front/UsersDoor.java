package io.coppice.cloud.front;

import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.query.ErrorDocuments;
import io.coppice.wire.query.QueryService;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The users' door on the process's own HTTP server. The routes are there from the first moment; before the Cloud
 * Controller is up and after it went down they answer that it is not there. Thread-safe.
 */
@ApplicationScoped
class UsersDoor {
    private static final int UNAVAILABLE = 503;

    private final SiteConfig site;
    private volatile @Nullable Open open;

    UsersDoor(SiteConfig site) {
        this.site = site;
    }

    void mount(@Observes Router router) {
        if (site.roles().stream().map(RoleName::parse).noneMatch(RoleName.CLOUD_CONTROLLER::equals)) {
            return;
        }
        router.post(NodeTokensApi.PATH).handler(routing -> pass(routing, Open::nodeTokens));
        router.route().order(FrontDoor.ROUTE_ORDER).handler(routing -> pass(routing, Open::everythingElse));
    }

    /** From now on requests are served. */
    void open(FrontDoor door, NodeTokensRoute nodeTokens) {
        open = new Open(door::receive, nodeTokens::receive);
    }

    /** From now on requests are answered with 503. */
    void close() {
        open = null;
    }

    private void pass(RoutingContext routing, Which which) {
        var present = open;
        if (present != null) {
            which.of(present).handle(routing);
            return;
        }
        var requestId = UUID.randomUUID().toString();
        var error = AwsException.of(
                "ServiceUnavailable", UNAVAILABLE, "The Cloud Controller is starting or stopping. Try again soon.");
        var response = routing.response();
        if (routing.request().version() != HttpVersion.HTTP_2) {
            // The body may still be on its way; nobody reads it.
            response.putHeader("Connection", "close");
        }
        response.setStatusCode(UNAVAILABLE)
                .putHeader("Content-Type", "text/xml;charset=UTF-8")
                .putHeader("x-amzn-RequestId", requestId)
                .end(ErrorDocuments.of(QueryService.EC2, error, requestId));
    }

    private record Open(Handler<RoutingContext> everythingElse, Handler<RoutingContext> nodeTokens) {}

    @FunctionalInterface
    private interface Which {
        Handler<RoutingContext> of(Open open);
    }
}
