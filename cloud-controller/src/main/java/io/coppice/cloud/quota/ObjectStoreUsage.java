package io.coppice.cloud.quota;

import io.coppice.foundation.id.AccountId;

/** What accounts have in the object store. Thread-safe. */
@FunctionalInterface
public interface ObjectStoreUsage {
    /**
     * How many buckets an account has. A remote call: the object store keeps its own books. Throws {@code
     * ServiceUnavailable} when it does not answer.
     */
    long buckets(AccountId account);
}
