package io.coppice.cloud.action;

import io.coppice.foundation.id.AccountId;
import java.util.Optional;

/**
 * Who makes a request, proved by its signature.
 *
 * @param account whose resources the request is about
 * @param arn for example {@code arn:aws:iam::123456789012:user/alice}
 * @param userId {@code AIDA…} for users, the account id for the account's root
 * @param accessKeyId the key that signed
 * @param system whether it is the cloud's own account
 * @param session what the temporary credentials stand for; empty for long-term keys
 */
public record Caller(
        AccountId account, String arn, String userId, String accessKeyId, boolean system, Optional<Session> session) {
    /** Who sends a request without a signature. */
    public static final Caller NOBODY = new Caller(new AccountId("000000000000"), "*", "anonymous", "", false);

    /** Somebody with a long-term key. */
    public Caller(AccountId account, String arn, String userId, String accessKeyId, boolean system) {
        this(account, arn, userId, accessKeyId, system, Optional.empty());
    }
}
