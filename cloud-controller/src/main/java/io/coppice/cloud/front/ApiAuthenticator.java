package io.coppice.cloud.front;

import io.coppice.cloud.identity.OperatorTokens;
import io.coppice.wire.sign.SignableRequest;
import io.coppice.wire.sign.SignatureDialect;

/**
 * Finds out who calls the JSON API: the operator by {@code Authorization: Bearer <token>}, a user by the same signature as
 * for AWS's services (any region and service in its scope). Thread-safe; may read the database, so not for event loops.
 */
public final class ApiAuthenticator {
    private final OperatorTokens tokens;
    private final Authenticator signatures;

    public ApiAuthenticator(OperatorTokens tokens, Authenticator signatures) {
        this.tokens = tokens;
        this.signatures = signatures;
    }

    /**
     * The caller; throws {@link io.coppice.wire.error.AwsException} with status 400 to 403 when there is no good proof.
     *
     * @param request see {@link FrontDoor#signable}
     * @param body the whole body, empty where there is none
     */
    public ApiCaller authenticate(SignableRequest request, byte[] body) {
        if (tokens.accepts(request.header("authorization").orElse(""))) {
            return new ApiCaller.Operator();
        }
        return new ApiCaller.User(signatures.authenticate(SignatureDialect.QUERY, request, body));
    }
}
