package io.coppice.cloud.network.subnet;

import io.coppice.cloud.network.vpc.VpcPart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;

/** Keeps VPCs that have subnets from being deleted. Thread-safe. */
@ApplicationScoped
class SubnetsOfVpc implements VpcPart {
    @Override
    public boolean holds(EntityManager entities, String vpcId) {
        return entities.createQuery("select count(s) from SubnetRow s where s.vpcId = :vpc", Long.class)
                        .setParameter("vpc", vpcId)
                        .getSingleResult()
                > 0;
    }
}
