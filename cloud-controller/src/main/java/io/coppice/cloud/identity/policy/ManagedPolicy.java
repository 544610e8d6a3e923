package io.coppice.cloud.identity.policy;

import io.coppice.foundation.id.AccountId;
import java.time.Instant;
import java.util.Optional;

/**
 * A managed policy, an account's own or one that comes with the cloud.
 *
 * @param id the unique id, {@code ANPA…}
 * @param account whose it is; empty for the cloud's
 * @param defaultVersion the version in force, 1 and up
 */
public record ManagedPolicy(
        String arn,
        String id,
        Optional<AccountId> account,
        String name,
        String path,
        String description,
        int defaultVersion,
        Instant createdAt,
        Instant updatedAt) {
    /** Whether it comes with the cloud, so that nobody can change it. */
    public boolean builtIn() {
        return account.isEmpty();
    }

    /** An account's own. */
    public static ManagedPolicy of(ManagedPolicyRow row) {
        return new ManagedPolicy(
                row.arn(),
                row.id(),
                Optional.of(row.account()),
                row.name(),
                row.path(),
                row.description(),
                row.defaultVersion(),
                row.createdAt(),
                row.updatedAt());
    }
}
