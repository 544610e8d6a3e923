package io.coppice.cloud.event;

import io.coppice.cloud.front.ApiAuthenticator;
import io.coppice.cloud.front.ApiCaller;
import io.coppice.cloud.front.FrontDoor;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Optional;

/** {@link ApiAccess} by the users' door: the operator's token, or a user's signature. */
@ApplicationScoped
public class AuthenticatedAccess implements ApiAccess {
    private static final byte[] NO_BODY = new byte[0];

    /** Made when first asked: what it stands on exists once the Cloud Controller is up. */
    private final Instance<ApiAuthenticator> authenticator;

    /** For the container. */
    @jakarta.inject.Inject
    public AuthenticatedAccess(Instance<ApiAuthenticator> authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Optional<Viewer> check(RoutingContext request) {
        var caller = authenticator.get().authenticate(FrontDoor.signable(request.request()), NO_BODY);
        return Optional.of(
                switch (caller) {
                    case ApiCaller.Operator _ -> new Viewer.Operator();
                    case ApiCaller.User user -> new Viewer.Account(user.caller().account());
                });
    }
}
