package io.coppice.walrus.identity;

import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigningKey;
import java.util.Optional;

/** Finds the key that a signature must have been made with, and whose it is. Thread-safe. */
@FunctionalInterface
public interface SigningKeys {
    /**
     * The key of an access key within a scope; empty when nobody has that access key, or it is inactive.
     *
     * @throws IdentityUnavailableException when nobody can tell now
     */
    Optional<SignerKey> find(String accessKeyId, CredentialScope scope);

    /**
     * A key and its owner.
     *
     * @param originKey under which the users' door stamps where requests came from; empty when there is no such door
     */
    record SignerKey(SigningKey key, Principal principal, byte[] originKey) {
        /** Of a Walrus to which nobody passes requests on. */
        public SignerKey(SigningKey key, Principal principal) {
            this(key, principal, new byte[0]);
        }

        @Override
        public String toString() {
            return "SignerKey[" + principal + "]";
        }
    }
}
