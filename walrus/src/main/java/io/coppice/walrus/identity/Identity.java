package io.coppice.walrus.identity;

/**
 * All that Walrus asks about users.
 *
 * @param keys for signatures of version 4
 * @param legacy for signatures of version 2
 * @param accounts for grants
 */
public record Identity(SigningKeys keys, LegacySignatures legacy, Accounts accounts) {}
