package io.coppice.cloud.front;

import io.coppice.cloud.identity.AccessKeys;
import io.coppice.cloud.identity.session.KeyLookup;
import io.coppice.wire.sign.RequestSignature;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SignableRequest;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import io.coppice.wire.sign.SignatureVerifier;
import java.time.Clock;

/** Finds out who makes a request, by its signature. Thread-safe. */
public final class Authenticator {
    private final AccessKeys keys;
    private final Clock clock;

    public Authenticator(AccessKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * The caller, when the request is signed with a key of this cloud, at the right time, over this very body. Throws {@link
     * io.coppice.wire.error.AwsException} in the words of the dialect otherwise.
     */
    public Caller authenticate(SignatureDialect dialect, SignableRequest request, byte[] body) {
        var signature = RequestSignature.of(dialect, request)
                .orElseThrow(() -> dialect.error(SignatureFault.MISSING, "The request is not signed."));
        var access = access(dialect, signature);
        var payloadHash = SigV4.sha256Hex(body);
        new SignatureVerifier(dialect, clock).verify(signature, request, payloadHash, access.key());
        keys.used(signature.accessKeyId(), signature.scope());
        return access.principal().caller(signature.accessKeyId());
    }

    private KeyLookup.Found access(SignatureDialect dialect, RequestSignature signature) {
        return switch (keys.lookup(signature.accessKeyId(), signature.scope(), signature.sessionToken())) {
            case KeyLookup.Found found -> found;
            case KeyLookup.Refused refused -> throw dialect.error(refused.fault(), "");
        };
    }
}
