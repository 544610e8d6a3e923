package io.coppice.cloud.network;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;

/** Sees to it that an account has had its default network. Thread-safe. */
@FunctionalInterface
public interface FirstNetwork {
    /**
     * Makes the account's default VPC with its subnets, unless it was made before; one the user has deleted is not made
     * again. One short query when there is nothing to do.
     */
    void ensure(EntityManager entities, AccountId account);
}
