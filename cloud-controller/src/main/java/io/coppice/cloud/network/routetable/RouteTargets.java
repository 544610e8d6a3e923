package io.coppice.cloud.network.routetable;

import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which targets of routes are there, so that packets go on from them. Thread-safe. */
@ApplicationScoped
public class RouteTargets {
    /** What the id of an interface begins with. */
    public static final String INTERFACE_PREFIX = "eni-";

    private static final String SELECT = """
            select id, vpc_id, true from internet_gateways where vpc_id is not null and id = any(?)
            union all select id, vpc_id, true from egress_only_internet_gateways where id = any(?)
            union all select id, vpc_id, state = 'available' from nat_gateways
                where state in ('pending', 'available') and id = any(?)
            union all select id, vpc_id, true from vpc_peerings where status = 'active' and id = any(?)
            union all select id, peer_vpc_id, true from vpc_peerings where status = 'active' and id = any(?)""";

    private final InterfaceTargets interfaces;

    /** For the container and for tests. */
    public RouteTargets(InterfaceTargets interfaces) {
        this.interfaces = interfaces;
    }

    /** Those of these targets that are there. Two queries. */
    public Present find(EntityManager entities, Collection<String> ids) {
        if (ids.isEmpty()) {
            return new Present(Set.of(), Set.of(), Map.of());
        }
        var wanted = new HashSet<>(ids).toArray(String[]::new);
        var here = new HashSet<Target>();
        var ready = new HashSet<Target>();
        PlainSql.query(
                entities,
                SELECT,
                row -> {
                    var target = new Target(row.getString(1), row.getString(2));
                    return row.getBoolean(3) ? here.add(target) && ready.add(target) : here.add(target);
                },
                wanted,
                wanted,
                wanted,
                wanted,
                wanted);
        var enis = ids.stream().filter(id -> id.startsWith(INTERFACE_PREFIX)).toList();
        return new Present(here, ready, enis.isEmpty() ? Map.of() : interfaces.find(entities, enis));
    }

    /** A target as it is seen from a VPC. */
    record Target(String id, String vpcId) {}

    /** Targets that are there. */
    public record Present(Set<Target> here, Set<Target> ready, Map<String, InterfaceTargets.Interface> interfaces) {
        /** Keeps its own copies. */
        public Present {
            here = Set.copyOf(here);
            ready = Set.copyOf(ready);
            interfaces = Map.copyOf(interfaces);
        }

        /** Whether a route of that VPC leads somewhere; false: it is a black hole to its user. */
        public boolean active(String id, String vpcId) {
            var eni = interfaces.get(id);
            return eni == null
                    ? here.contains(new Target(id, vpcId))
                    : eni.vpcId().equals(vpcId) && eni.instanceId() != null && eni.running();
        }

        /** Whether hosts can send packets there: as {@link #active}, and the target is at work already. */
        public boolean ready(String id, String vpcId) {
            return interfaces.containsKey(id) ? active(id, vpcId) : ready.contains(new Target(id, vpcId));
        }

        /** The instance that an interface is attached to; null for none. */
        @Nullable
        String instanceOf(String id) {
            var eni = interfaces.get(id);
            return eni == null ? null : eni.instanceId();
        }
    }
}
