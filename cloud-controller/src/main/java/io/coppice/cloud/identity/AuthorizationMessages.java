package io.coppice.cloud.identity;

import io.coppice.foundation.id.AccountId;
import java.util.Base64;
import java.util.Optional;

/**
 * Wraps the reasons of a refusal so that the refused cannot read them: policies are nothing for everybody's eyes. STS's
 * DecodeAuthorizationMessage opens them for those who may. Thread-safe.
 */
public final class AuthorizationMessages {
    private static final int MAX_CHARACTERS = 65_536;

    private final SecretBox secrets;

    public AuthorizationMessages(SecretBox secrets) {
        this.secrets = secrets;
    }

    /** The reasons as letters, digits, dashes and underscores; good for this account and this cloud only. */
    public String encode(AccountId account, String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secrets.seal(owner(account), json));
    }

    /** What {@link #encode} wrapped for the account; empty when it was for another one, or is nothing of ours. */
    public Optional<String> decode(AccountId account, String encoded) {
        if (encoded.isEmpty() || encoded.length() > MAX_CHARACTERS) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    secrets.open(owner(account), Base64.getUrlDecoder().decode(encoded)));
        } catch (IllegalArgumentException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static String owner(AccountId account) {
        return "authorization message of " + account.value();
    }
}
