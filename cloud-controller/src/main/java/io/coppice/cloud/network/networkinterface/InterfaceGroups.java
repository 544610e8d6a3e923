package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.InterfaceChoice;
import io.coppice.cloud.network.group.SecurityGroups.Group;
import io.coppice.cloud.store.PlainSql;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which groups interfaces are in. Every method works in the caller's transaction. */
final class InterfaceGroups {
    private InterfaceGroups() {}

    /** Puts interfaces that have none into their groups. One statement. */
    static void add(PlainSql.Together together, Map<String, List<Group>> byInterface) {
        var interfaces = new ArrayList<String>();
        var groups = new ArrayList<String>();
        var places = new ArrayList<Long>();
        byInterface.forEach((id, list) -> {
            for (var i = 0; i < list.size(); i++) {
                interfaces.add(id);
                groups.add(list.get(i).id());
                places.add((long) i);
            }
        });
        together.update(
                "insert into network_interface_groups (interface_id, group_id, place) select * from unnest(?, ?, ?)",
                interfaces.toArray(String[]::new),
                groups.toArray(String[]::new),
                places.toArray(Long[]::new));
    }

    /** Puts an interface into other groups. */
    static void replace(EntityManager entities, String interfaceId, List<Group> groups) {
        var together = new PlainSql.Together()
                .update("delete from network_interface_groups where interface_id = ?", interfaceId);
        add(together, Map.of(interfaceId, groups));
        together.run(entities);
    }

    /** The groups of interfaces in their order; complete once the statements were run. */
    static Map<String, List<Group>> of(PlainSql.Together together, InterfaceChoice choice) {
        var found = new HashMap<String, List<Group>>();
        together.query(
                "select i.interface_id, g.id, g.account_id, g.vpc_id, g.name from network_interface_groups i"
                        + " join security_groups g on g.id = i.group_id where i.interface_id" + choice.condition()
                        + " order by i.interface_id, i.place",
                row -> found.computeIfAbsent(row.getString(1), any -> new ArrayList<>())
                        .add(new Group(row.getString(2), row.getString(3), row.getString(4), row.getString(5))),
                (Object) choice.ids());
        return found;
    }
}
