package io.coppice.cloud.network.routetable;

import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The interfaces of instances, each of which has one. Thread-safe. */
@ApplicationScoped
@DefaultBean
class InstanceInterfaces implements InterfaceTargets {
    private static final String SELECT =
            "select network_interface_id, vpc_id, id, state from instances where state <> 'TERMINATED' and ";

    @Override
    public Interface require(EntityManager entities, AccountId account, String id) {
        return PlainSql.query(
                        entities,
                        SELECT + "account_id = ? and network_interface_id = ?",
                        InstanceInterfaces::read,
                        account.value(),
                        id)
                .stream()
                .findFirst()
                .orElseThrow(() -> AwsException.client(
                        "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '" + id + "' does not exist"));
    }

    @Override
    public Interface ofInstance(EntityManager entities, AccountId account, String instanceId) {
        return PlainSql.query(
                        entities,
                        SELECT + "account_id = ? and id = ?",
                        InstanceInterfaces::read,
                        account.value(),
                        instanceId)
                .stream()
                .findFirst()
                .orElseThrow(() -> AwsException.client(
                        "InvalidInstanceID.NotFound", "The instance ID '" + instanceId + "' does not exist"));
    }

    @Override
    public Map<String, Interface> find(EntityManager entities, Collection<String> ids) {
        return PlainSql.query(entities, SELECT + "network_interface_id = any(?)", InstanceInterfaces::read, (Object)
                        ids.toArray(String[]::new))
                .stream()
                .collect(Collectors.toMap(Interface::id, Function.identity(), (a, b) -> a));
    }

    private static Interface read(ResultSet row) throws SQLException {
        return new Interface(row.getString(1), row.getString(2), row.getString(3), "RUNNING".equals(row.getString(4)));
    }
}
