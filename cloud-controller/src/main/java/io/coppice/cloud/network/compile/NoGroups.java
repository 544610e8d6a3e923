package io.coppice.cloud.network.compile;

import io.coppice.proto.network.v1.SecurityGroup;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;

/** Where nobody keeps security groups as records: VPCs have none. Thread-safe. */
@ApplicationScoped
@DefaultBean
class NoGroups implements GroupRules {
    @Override
    public List<SecurityGroup> of(EntityManager entities, String vpcId) {
        return List.of();
    }
}
