package io.coppice.cloud.identity;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.Session;
import io.coppice.foundation.id.AccountId;
import java.util.Optional;

/**
 * Who acts with an access key.
 *
 * @param canonicalId the account's id in S3, 64 hexadecimal digits
 * @param arn for example {@code arn:aws:iam::123456789012:user/alice}
 * @param userId {@code AIDA…}
 * @param system whether the account is the cloud's own
 * @param session what temporary credentials stand for; empty for long-term keys
 */
public record Principal(
        AccountId account,
        String canonicalId,
        String arn,
        String userId,
        String displayName,
        boolean system,
        Optional<Session> session) {
    /** The same as request handlers see it. */
    public Caller caller(String accessKeyId) {
        return new Caller(account, arn, userId, accessKeyId, system, session);
    }

    /** The owner of a long-term key. */
    public static Principal of(UserRow user) {
        return of(user.owner(), user.arn(), user.id(), user.name());
    }

    /** An account's root, which is no user and whom no policy binds. */
    public static Principal root(AccountRow account) {
        return of(account, "arn:aws:iam::" + account.id() + ":root", account.id(), account.name());
    }

    /** Somebody of an account with these names, without a session. */
    public static Principal of(AccountRow account, String arn, String userId, String displayName) {
        return new Principal(
                new AccountId(account.id()),
                account.canonicalId(),
                arn,
                userId,
                displayName,
                account.system(),
                Optional.empty());
    }

    /** The same by temporary credentials. */
    public Principal within(Session newSession) {
        return new Principal(account, canonicalId, arn, userId, displayName, system, Optional.of(newSession));
    }
}
