package io.coppice.cloud.front;

import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.action.RequestOrigin;
import io.coppice.cloud.event.ApiAccess;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Optional;

/**
 * {@link ApiAccess} by the users' door: the operator's token, or the signature of a user whose policies allow {@code
 * coppice:ReadEvents}.
 */
@ApplicationScoped
public class AuthenticatedAccess implements ApiAccess {
    private static final String READ_EVENTS = "coppice:ReadEvents";
    private static final byte[] NO_BODY = new byte[0];

    /** Made when first asked: what it stands on exists once the Cloud Controller is up. */
    private final Instance<ApiAuthenticator> authenticator;

    private final Instance<Authorizer> authorizer;

    /** For the container. */
    @jakarta.inject.Inject
    public AuthenticatedAccess(Instance<ApiAuthenticator> authenticator, Instance<Authorizer> authorizer) {
        this.authenticator = authenticator;
        this.authorizer = authorizer;
    }

    @Override
    public Optional<Viewer> check(RoutingContext request) {
        var caller = authenticator.get().authenticate(FrontDoor.signable(request.request()), NO_BODY);
        return Optional.of(
                switch (caller) {
                    case ApiCaller.Operator _ -> new Viewer.Operator();
                    case ApiCaller.User user -> {
                        authorizer.get().require(user.caller(), origin(request.request()), READ_EVENTS, "*");
                        yield new Viewer.Account(user.caller().account());
                    }
                });
    }

    private static RequestOrigin origin(HttpServerRequest request) {
        return new RequestOrigin(
                request.remoteAddress().hostAddress(),
                request.isSSL(),
                Optional.ofNullable(request.getHeader("User-Agent")).orElse(""),
                "");
    }
}
