package io.coppice.cloud.network.compile;

import io.coppice.cloud.store.PlainSql;
import io.coppice.proto.network.v1.FlowLogging;
import jakarta.persistence.EntityManager;
import java.util.Optional;

/** Whose flows hosts record in a VPC. */
final class RecordedInterfaces {
    private RecordedInterfaces() {}

    /** What the VPC's flow logs ask for together; empty when it has none. One query, in the caller's transaction. */
    static Optional<FlowLogging> of(EntityManager entities, String vpcId) {
        var logging = FlowLogging.newBuilder();
        var found = PlainSql.query(
                entities,
                "select distinct subnet_id, network_interface_id from flow_logs where vpc_id = ? order by 1, 2",
                row -> {
                    var subnet = row.getString(1);
                    var networkInterface = row.getString(2);
                    if (networkInterface != null) {
                        return logging.addNetworkInterfaceIds(networkInterface);
                    }
                    return subnet == null ? logging.setWholeVpc(true) : logging.addSubnetIds(subnet);
                },
                vpcId);
        return found.isEmpty() ? Optional.empty() : Optional.of(logging.build());
    }
}
