package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.routetable.InterfaceTargets;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Network interfaces as targets of routes. Thread-safe. */
@ApplicationScoped
class InterfaceRoutes implements InterfaceTargets {
    private static final String SELECT = "select i.id, i.vpc_id, i.instance_id, n.state from network_interfaces i"
            + " left join instances n on n.id = i.instance_id where ";

    private final AttachedInstances instances;

    InterfaceRoutes(AttachedInstances instances) {
        this.instances = instances;
    }

    @Override
    public Interface require(EntityManager entities, AccountId account, String id) {
        NetworkKind.NETWORK_INTERFACE.check(id);
        return PlainSql.query(
                        entities, SELECT + "i.account_id = ? and i.id = ?", InterfaceRoutes::read, account.value(), id)
                .stream()
                .findFirst()
                .orElseThrow(() -> NetworkKind.NETWORK_INTERFACE.notFound(id));
    }

    @Override
    public Interface ofInstance(EntityManager entities, AccountId account, String instanceId) {
        instances.require(entities, account, instanceId);
        var found = PlainSql.query(entities, SELECT + "i.instance_id = ?", InterfaceRoutes::read, instanceId);
        if (found.size() != 1) {
            throw AwsException.client(
                    "InvalidInstanceID",
                    "The instance '" + instanceId + "' has " + found.size()
                            + " network interfaces: specify the interface that is meant instead.");
        }
        return found.getFirst();
    }

    @Override
    public Map<String, Interface> find(EntityManager entities, Collection<String> ids) {
        return ids.isEmpty()
                ? Map.of()
                : PlainSql.query(entities, SELECT + "i.id = any(?)", InterfaceRoutes::read, (Object)
                                ids.toArray(String[]::new))
                        .stream()
                        .collect(Collectors.toMap(Interface::id, Function.identity()));
    }

    private static Interface read(ResultSet row) throws SQLException {
        return new Interface(row.getString(1), row.getString(2), row.getString(3), "RUNNING".equals(row.getString(4)));
    }
}
