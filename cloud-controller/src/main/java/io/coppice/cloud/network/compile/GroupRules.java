package io.coppice.cloud.network.compile;

import io.coppice.proto.network.v1.SecurityGroup;
import jakarta.persistence.EntityManager;
import java.util.List;

/**
 * The security groups of VPCs as hosts must know them: a bean of the feature that owns them. Works in the caller's
 * transaction. Thread-safe.
 */
@FunctionalInterface
public interface GroupRules {
    /** The groups of a VPC with their rules, in the order of their ids. A constant number of queries. */
    List<SecurityGroup> of(EntityManager entities, String vpcId);
}
