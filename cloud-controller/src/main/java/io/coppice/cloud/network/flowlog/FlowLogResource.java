package io.coppice.cloud.network.flowlog;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Something whose flows can be recorded. */
record FlowLogResource(Type type, String id, String vpcId) {
    /** The kinds of such things, as AWS names them. */
    enum Type {
        VPC("VPC", NetworkKind.VPC, "select id, id from vpcs"),
        SUBNET("Subnet", NetworkKind.SUBNET, "select id, vpc_id from subnets"),
        NETWORK_INTERFACE(
                "NetworkInterface", NetworkKind.NETWORK_INTERFACE, "select id, vpc_id from network_interfaces");

        private final String label;
        private final NetworkKind kind;
        private final String query;

        Type(String label, NetworkKind kind, String query) {
            this.label = label;
            this.kind = kind;
            this.query = query;
        }

        NetworkKind kind() {
            return kind;
        }

        /** The type of this name. */
        static Optional<Type> named(String label) {
            return Arrays.stream(values())
                    .filter(each -> each.label.equals(label))
                    .findFirst();
        }
    }

    /** Those of the account by their ids; what it has not is absent. One query. */
    static Map<String, FlowLogResource> find(
            EntityManager entities, AccountId account, Type type, Collection<String> ids) {
        return PlainSql.query(
                        entities,
                        type.query + " where account_id = ? and id = any(?)",
                        row -> new FlowLogResource(type, row.getString(1), row.getString(2)),
                        account.value(),
                        ids.toArray(String[]::new))
                .stream()
                .collect(Collectors.toMap(FlowLogResource::id, Function.identity()));
    }
}
