package io.coppice.walrus.identity;

import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SignatureFault;
import io.coppice.wire.sign.SigningKey;
import java.util.Optional;

/** Finds the key that a signature must have been made with, and whose it is. Thread-safe. */
@FunctionalInterface
public interface SigningKeys {
    /**
     * The key of an access key within a scope, or why there is none.
     *
     * @param sessionToken as the request brought it; temporary credentials have one
     * @throws IdentityUnavailableException when nobody can tell now
     */
    Signer find(String accessKeyId, CredentialScope scope, Optional<String> sessionToken);

    /** What is known of an access key. */
    sealed interface Signer {}

    /** Somebody whose signature was checked elsewhere. */
    record Known(Principal principal) implements Signer {}

    /**
     * A key and its owner.
     *
     * @param originKey under which the users' door stamps where requests came from; empty when there is no such door
     */
    record SignerKey(SigningKey key, Principal principal, byte[] originKey) implements Signer {
        /** Of a Walrus to which nobody passes requests on. */
        public SignerKey(SigningKey key, Principal principal) {
            this(key, principal, new byte[0]);
        }

        @Override
        public String toString() {
            return "SignerKey[" + principal + "]";
        }
    }

    /** Nobody signs with this. */
    enum Refusal implements Signer {
        /** Nobody has this access key, or it is inactive. */
        UNKNOWN_KEY(SignatureFault.UNKNOWN_KEY),
        /** The session token is not of this access key. */
        INVALID_TOKEN(SignatureFault.INVALID_TOKEN),
        /** The signature is another one. */
        MISMATCH(SignatureFault.MISMATCH),
        /** The session has ended. */
        EXPIRED_TOKEN(SignatureFault.EXPIRED_TOKEN);

        private final SignatureFault fault;

        Refusal(SignatureFault fault) {
            this.fault = fault;
        }

        /** How a service answers it. */
        public SignatureFault fault() {
            return fault;
        }
    }
}
