package io.coppice.cloud.network.natgateway;

import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/**
 * Where NAT gateways get their addresses from: a bean of the feature that owns interfaces and elastic addresses. All
 * methods work in the caller's transaction, which has the VPC locked. Thread-safe.
 */
public interface GatewayAddresses {
    /**
     * Takes the addresses of a new gateway. Throws {@code InvalidAllocationID.NotFound}, {@code
     * Resource.AlreadyAssociated}, {@code InvalidParameterValue} or {@code InsufficientFreeAddressesInSubnet}.
     */
    Held take(EntityManager entities, AccountId account, Wanted wanted);

    /** Gives back what {@link #take} took for this gateway; nothing if it has nothing. */
    void release(EntityManager entities, AccountId account, String natGatewayId);

    /**
     * What a gateway wants.
     *
     * @param allocationId its elastic address; null for a private gateway
     * @param privateIp its address in the subnet; null for any
     */
    record Wanted(
            String natGatewayId,
            SubnetRow subnet,
            @Nullable String allocationId,
            @Nullable String privateIp) {}

    /**
     * What a gateway has got.
     *
     * @param networkInterfaceId the interface that holds the address; null when no interface stands for it
     * @param associationId of the elastic address; null for a private gateway
     * @param publicIp the elastic address itself
     */
    record Held(
            String privateIp,
            @Nullable String networkInterfaceId,
            @Nullable String associationId,
            @Nullable String publicIp) {}
}
