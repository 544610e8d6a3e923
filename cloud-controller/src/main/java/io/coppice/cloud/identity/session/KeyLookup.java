package io.coppice.cloud.identity.session;

import io.coppice.cloud.identity.Principal;
import io.coppice.wire.sign.SignatureFault;
import io.coppice.wire.sign.SigningKey;
import java.time.Instant;
import java.util.Optional;

/** Who may have signed a request, as far as its access key and token tell. */
public sealed interface KeyLookup {
    /**
     * Somebody; the signature must still be checked.
     *
     * @param key good for the scope that was asked for
     * @param expiresAt when the credentials end; empty for long-term keys
     */
    record Found(SigningKey key, Principal principal, Optional<Instant> expiresAt) implements KeyLookup {}

    /** Nobody. */
    record Refused(SignatureFault fault) implements KeyLookup {
        /** Nobody has this access key, or it is inactive. */
        public static final Refused UNKNOWN_KEY = new Refused(SignatureFault.UNKNOWN_KEY);
        /** The token does not belong to the access key. */
        public static final Refused INVALID_TOKEN = new Refused(SignatureFault.INVALID_TOKEN);
        /** The session has ended. */
        public static final Refused EXPIRED_TOKEN = new Refused(SignatureFault.EXPIRED_TOKEN);
    }
}
