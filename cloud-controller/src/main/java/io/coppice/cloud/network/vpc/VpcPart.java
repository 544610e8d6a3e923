package io.coppice.cloud.network.vpc;

import io.coppice.cloud.place.DefaultNetwork;
import jakarta.persistence.EntityManager;
import java.util.Optional;

/**
 * A kind of thing that VPCs have: an application-scoped bean of the feature that owns it. All methods work in the caller's
 * transaction, which has the VPC locked. Thread-safe.
 */
public interface VpcPart {
    /** Makes what every VPC has from its beginning, for example its main route table. */
    default void begin(EntityManager entities, Birth birth) {}

    /** Whether the VPC has something of this kind that its user must delete first. */
    boolean holds(EntityManager entities, String vpcId);

    /** Removes what {@link #begin} made, with its tags. */
    default void end(EntityManager entities, VpcRow vpc) {}

    /**
     * A VPC that is being made.
     *
     * @param ids the names of its parts when it is the first default VPC of an account; empty when each takes a new one
     */
    record Birth(VpcRow vpc, Optional<DefaultNetwork.Ids> ids) {}
}
