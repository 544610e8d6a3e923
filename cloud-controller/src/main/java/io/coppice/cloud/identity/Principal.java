package io.coppice.cloud.identity;

import io.coppice.cloud.front.Caller;
import io.coppice.foundation.id.AccountId;

/**
 * Who acts with an access key.
 *
 * @param canonicalId the account's id in S3, 64 hexadecimal digits
 * @param arn for example {@code arn:aws:iam::123456789012:user/alice}
 * @param userId {@code AIDA…}
 * @param system whether the account is the cloud's own
 */
public record Principal(
        AccountId account, String canonicalId, String arn, String userId, String displayName, boolean system) {
    /** The same as request handlers see it. */
    public Caller caller(String accessKeyId) {
        return new Caller(account, arn, userId, accessKeyId, system);
    }

    static Principal of(UserRow user) {
        var account = user.owner();
        return new Principal(
                new AccountId(account.id()),
                account.canonicalId(),
                user.arn(),
                user.id(),
                user.name(),
                account.system());
    }
}
