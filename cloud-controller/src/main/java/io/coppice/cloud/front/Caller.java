package io.coppice.cloud.front;

import io.coppice.foundation.id.AccountId;

/**
 * Who makes a request, proved by its signature.
 *
 * @param account whose resources the request is about
 * @param arn for example {@code arn:aws:iam::123456789012:user/alice}
 * @param userId {@code AIDA…} for users, the account id for the account's root
 * @param accessKeyId the key that signed
 * @param system whether it is the cloud's own account
 */
public record Caller(AccountId account, String arn, String userId, String accessKeyId, boolean system) {}
