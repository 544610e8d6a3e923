package io.coppice.cloud.identity.session;

import io.coppice.cloud.identity.Principal;
import io.coppice.wire.sign.LegacyKey;
import io.coppice.wire.sign.SignatureFault;

/** Who may have signed a request before version 4, as far as its access key and token tell. */
public sealed interface LegacyLookup {
    /** Somebody; the signature must still be checked. */
    record Found(LegacyKey key, Principal principal) implements LegacyLookup {}

    /** Nobody. */
    record Refused(SignatureFault fault) implements LegacyLookup {}
}
