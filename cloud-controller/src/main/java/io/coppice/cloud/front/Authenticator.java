package io.coppice.cloud.front;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.AccessKeys;
import io.coppice.cloud.identity.session.KeyLookup;
import io.coppice.cloud.identity.session.LegacyLookup;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.LegacySignature;
import io.coppice.wire.sign.RequestSignature;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SignableRequest;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import io.coppice.wire.sign.SignatureVerifier;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/** Finds out who makes a request, by its signature. Thread-safe. */
public final class Authenticator {
    private static final int UNAVAILABLE = 503;

    private final AccessKeys keys;
    private final Clock clock;
    private final SignaturePolicy policy;

    /** Takes the usual signatures. */
    public Authenticator(AccessKeys keys, Clock clock) {
        this(keys, clock, SignaturePolicy.usual(clock));
    }

    public Authenticator(AccessKeys keys, Clock clock, SignaturePolicy policy) {
        this.keys = keys;
        this.clock = clock;
        this.policy = policy;
    }

    /**
     * The caller, when the request is signed with a key of this cloud, at the right time, over this very body. Throws {@link
     * io.coppice.wire.error.AwsException} in the words of the dialect otherwise.
     */
    public Caller authenticate(SignatureDialect dialect, SignableRequest request, byte[] body) {
        var caller = LegacySignature.of(request, form(request, body))
                .map(signature -> legacy(dialect, signature))
                .orElseGet(() -> current(dialect, request, body));
        if (!policy.throttle().admits(caller.accessKeyId())) {
            throw dialect == SignatureDialect.EC2
                    ? AwsException.of("RequestLimitExceeded", UNAVAILABLE, "Request limit exceeded.")
                    : AwsException.client("Throttling", "Rate exceeded");
        }
        return caller;
    }

    private Caller current(SignatureDialect dialect, SignableRequest request, byte[] body) {
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

    private Caller legacy(SignatureDialect dialect, LegacySignature signature) {
        var version = signature.version(dialect);
        if (!policy.accepts(version)) {
            throw dialect.error(
                    SignatureFault.MALFORMED_QUERY,
                    "This cloud does not accept Signature Version " + version + ": use Signature Version 4.");
        }
        var access =
                switch (keys.findLegacy(signature.accessKeyId(), signature.sessionToken())) {
                    case LegacyLookup.Found found -> found;
                    case LegacyLookup.Refused refused -> throw dialect.error(refused.fault(), "");
                };
        signature.verify(dialect, access.key(), clock);
        return access.principal().caller(signature.accessKeyId());
    }

    private static String form(SignableRequest request, byte[] body) {
        return request.header("content-type").orElse("").startsWith("application/x-www-form-urlencoded")
                ? new String(body, StandardCharsets.UTF_8)
                : "";
    }
}
