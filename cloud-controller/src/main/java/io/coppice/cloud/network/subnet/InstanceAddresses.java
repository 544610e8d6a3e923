package io.coppice.cloud.network.subnet;

import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The addresses that instances have in subnets. Thread-safe. */
@ApplicationScoped
class InstanceAddresses implements SubnetPart {
    @Override
    public Map<String, Integer> addresses(EntityManager entities, Collection<String> subnetIds) {
        var counts = new HashMap<String, Integer>();
        PlainSql.query(
                        entities,
                        "select subnet_id, count(*) from instances where subnet_id = any(?) and state <> 'TERMINATED'"
                                + " group by subnet_id",
                        row -> Map.entry(row.getString(1), row.getInt(2)),
                        (Object) subnetIds.toArray(String[]::new))
                .forEach(each -> counts.put(each.getKey(), each.getValue()));
        return counts;
    }
}
