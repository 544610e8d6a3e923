package io.coppice.cloud.network.routetable;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.vpc.VpcPart;
import io.coppice.cloud.network.vpc.VpcRow;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Route tables in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class RouteTables implements VpcPart {
    static final String ASSOCIATION_PREFIX = "rtbassoc-";

    private final VpcGenerations generations;
    private final Tags tags;
    private final Clock clock;

    /** For the container and for tests. */
    public RouteTables(VpcGenerations generations, Tags tags, Clock clock) {
        this.generations = generations;
        this.tags = tags;
        this.clock = clock;
    }

    /** Makes the main table, without routes but the local ones. */
    @Override
    public void begin(EntityManager entities, Birth birth) {
        var table = birth.ids().map(DefaultNetwork.Ids::routeTableId).orElseGet(NetworkKind.ROUTE_TABLE::newId);
        var association = birth.ids()
                .map(ids -> ids.id(ASSOCIATION_PREFIX, "main-association"))
                .orElseGet(() -> NetworkKind.newId(ASSOCIATION_PREFIX));
        make(entities, table, birth.vpc().accountId(), birth.vpc().id(), association);
    }

    @Override
    public boolean holds(EntityManager entities, String vpcId) {
        return in(entities, vpcId).stream().anyMatch(table -> table.mainAssociationId == null);
    }

    @Override
    public void end(EntityManager entities, VpcRow vpc) {
        in(entities, vpc.id()).forEach(table -> {
            tags.removeAll(new AccountId(table.accountId), table.id);
            entities.remove(table);
        });
    }

    /** Adds a route to a VPC's main table; the caller has the VPC locked. */
    public void addToMain(EntityManager entities, String vpcId, IpRange destination, String targetId) {
        var main = main(entities, vpcId);
        entities.persist(new RouteRow(new RouteRow.Key(main.id, destination.toString()), targetId));
    }

    RouteTableRow make(
            EntityManager entities, String id, String accountId, String vpcId, @Nullable String mainAssociationId) {
        var table = new RouteTableRow(id, accountId, vpcId, mainAssociationId, clock.instant());
        entities.persist(table);
        entities.flush();
        return table;
    }

    RouteTableRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.ROUTE_TABLE.check(id);
        return Optional.ofNullable(entities.find(RouteTableRow.class, id))
                .filter(table -> table.accountId.equals(account.value()))
                .orElseThrow(() -> NetworkKind.ROUTE_TABLE.notFound(id));
    }

    /** As {@link #require}, for a writer: locks the VPC. */
    RouteTableRow change(EntityManager entities, AccountId account, String id) {
        var found = require(entities, account, id);
        generations.changed(entities, found.vpcId);
        Rows.refresh(entities, found, () -> NetworkKind.ROUTE_TABLE.notFound(id));
        return found;
    }

    RouteTableRow main(EntityManager entities, String vpcId) {
        return in(entities, vpcId).stream()
                .filter(table -> table.mainAssociationId != null)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("VPC " + vpcId + " has no main route table"));
    }

    List<RouteTableRow> in(EntityManager entities, String vpcId) {
        return entities.createQuery("from RouteTableRow t where t.vpcId = :vpc order by t.id", RouteTableRow.class)
                .setParameter("vpc", vpcId)
                .getResultList();
    }

    List<RouteTableRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "from RouteTableRow t where t.accountId = :account order by t.id", RouteTableRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    /** The routes of these tables. One query. */
    Map<String, List<RouteRow>> routes(EntityManager entities, Collection<String> tableIds) {
        if (tableIds.isEmpty()) {
            return Map.of();
        }
        return entities
                .createQuery(
                        "from RouteRow r where r.key.tableId in (:ids) order by r.key.tableId, r.key.destination",
                        RouteRow.class)
                .setParameter("ids", tableIds)
                .getResultList()
                .stream()
                .collect(Collectors.groupingBy(route -> route.key.tableId()));
    }

    Optional<RouteRow> route(EntityManager entities, String tableId, IpRange destination) {
        return Optional.ofNullable(entities.find(RouteRow.class, new RouteRow.Key(tableId, destination.toString())));
    }
}
