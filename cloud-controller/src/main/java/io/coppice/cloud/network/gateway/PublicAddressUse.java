package io.coppice.cloud.network.gateway;

import jakarta.persistence.EntityManager;

/**
 * A kind of thing that has public addresses, which need their VPC's internet gateway: a bean of the feature that owns it.
 * Works in the caller's transaction. Thread-safe.
 */
@FunctionalInterface
public interface PublicAddressUse {
    /** Whether something in the VPC has a public address. */
    boolean any(EntityManager entities, String vpcId);
}
