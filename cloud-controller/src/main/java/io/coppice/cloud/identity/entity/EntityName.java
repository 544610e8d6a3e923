package io.coppice.cloud.identity.entity;

import io.coppice.foundation.id.AccountId;

/**
 * How something in IAM is called: its account, its path ({@code /} or {@code /team/}) and its name within the account.
 */
public record EntityName(AccountId account, String path, String name) {}
