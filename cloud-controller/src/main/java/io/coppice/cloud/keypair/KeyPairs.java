package io.coppice.cloud.keypair;

import io.coppice.foundation.id.AccountId;

/** What other features need of key pairs. */
public interface KeyPairs {
    /** The public key in OpenSSH form (one line); throws {@code InvalidKeyPair.NotFound}. Reads the database only. */
    String publicKey(AccountId account, String keyName);
}
