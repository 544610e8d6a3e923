package io.coppice.cloud.network.natgateway;

import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.gateway.PublicAddressUse;
import io.coppice.cloud.network.subnet.SubnetPart;
import io.coppice.cloud.network.vpc.VpcPart;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * NAT gateways in the database. A gateway is pending until {@link #carried} tells that its zone has it, and deleting until
 * {@link #stopped} tells that the zone has it no more; one that nobody tells of in time has failed, or is taken as gone. Every
 * method works in the caller's transaction. Thread-safe.
 */
@ApplicationScoped
public class NatGateways implements VpcPart, SubnetPart, PublicAddressUse {
    static final String PENDING = "pending";
    static final String AVAILABLE = "available";
    static final String DELETING = "deleting";
    static final String DELETED = "deleted";
    static final String FAILED = "failed";
    static final String PUBLIC = "public";
    static final String PRIVATE = "private";
    private static final List<String> PRESENT = List.of(PENDING, AVAILABLE, DELETING);
    /** How long one that is gone is still listed, as in AWS. */
    private static final Duration SHOWN = Duration.ofHours(1);

    private final VpcGenerations generations;
    private final GatewayAddresses addresses;
    private final Tags tags;
    private final NetworkConfig config;
    private final Clock clock;

    /** For the container and for tests. */
    public NatGateways(
            VpcGenerations generations, GatewayAddresses addresses, Tags tags, NetworkConfig config, Clock clock) {
        this.generations = generations;
        this.addresses = addresses;
        this.tags = tags;
        this.config = config;
        this.clock = clock;
    }

    /**
     * The zone knows these VPCs with these gateways, and no others of them: a public one that waited is there, for the first host
     * that carries an interface of its VPC, and one that was to go is gone.
     */
    public void known(EntityManager entities, Map<String, Set<String>> gatewaysByVpc) {
        var waiting = entities.createQuery(
                        "from NatGatewayRow g where g.vpcId in (:vpcs) and g.state in (:states)"
                                + " and g.publicIp is not null order by g.id",
                        NatGatewayRow.class)
                .setParameter("vpcs", gatewaysByVpc.keySet())
                .setParameter("states", List.of(PENDING, DELETING))
                .getResultList();
        for (var row : waiting) {
            var known = gatewaysByVpc.getOrDefault(row.vpcId, Set.of()).contains(row.id);
            if (known) {
                carried(entities, row.id);
            } else {
                stopped(entities, row.id);
            }
        }
    }

    /** The zone has the gateway: hosts send packets through it. */
    public void carried(EntityManager entities, String id) {
        locked(entities, id).filter(row -> row.state.equals(PENDING)).ifPresent(row -> {
            row.state = AVAILABLE;
            entities.flush();
            generations.changed(entities, row.vpcId);
        });
    }

    /** The zone has the gateway no more. */
    public void stopped(EntityManager entities, String id) {
        locked(entities, id).filter(row -> row.state.equals(DELETING)).ifPresent(row -> end(entities, row));
    }

    /** A host cannot carry the gateway. */
    public void failed(EntityManager entities, String id, String message) {
        locked(entities, id).filter(row -> row.state.equals(PENDING)).ifPresent(row -> fail(entities, row, message));
    }

    /** Of a VPC or of a subnet: both kinds of parts have this method, and their ids differ. */
    @Override
    public boolean holds(EntityManager entities, String id) {
        return count(entities, id.startsWith(NetworkKind.SUBNET.prefix()) ? "subnetId" : "vpcId", id, "") > 0;
    }

    @Override
    public boolean any(EntityManager entities, String vpcId) {
        return count(entities, "vpcId", vpcId, " and g.publicIp is not null") > 0;
    }

    private static long count(EntityManager entities, String column, String id, String more) {
        return entities.createQuery(
                        "select count(g) from NatGatewayRow g where g." + column + " = :id and g.state in (:present)"
                                + more,
                        Long.class)
                .setParameter("id", id)
                .setParameter("present", PRESENT)
                .getSingleResult();
    }

    @Override
    public Map<String, Integer> addresses(EntityManager entities, Collection<String> subnetIds) {
        // An address that an interface holds is counted with the interfaces.
        return entities
                .createQuery(
                        "select g.subnetId, count(g) from NatGatewayRow g where g.subnetId in (:ids)"
                                + " and g.state in (:present) and g.networkInterfaceId is null group by g.subnetId",
                        Object[].class)
                .setParameter("ids", subnetIds)
                .setParameter("present", PRESENT)
                .getResultList()
                .stream()
                .collect(Collectors.toMap(row -> (String) row[0], row -> ((Number) row[1]).intValue()));
    }

    /** All of an account by id, after those whose time is up have been seen to. */
    List<NatGatewayRow> all(EntityManager entities, AccountId account) {
        var rows = entities.createQuery(
                        "from NatGatewayRow g where g.accountId = :account order by g.id", NatGatewayRow.class)
                .setParameter("account", account.value())
                .getResultList();
        rows.forEach(row -> settle(entities, row));
        return rows.stream().filter(row -> !forgotten(row)).toList();
    }

    private void settle(EntityManager entities, NatGatewayRow row) {
        var late = clock.instant().minus(config.natGatewayTimeout());
        if (row.state.equals(PENDING) && row.createdAt.isBefore(late)) {
            fail(entities, row, "No host of the zone has taken the gateway in time.");
        } else if (row.state.equals(DELETING) && row.deletedAt != null && row.deletedAt.isBefore(late)) {
            end(entities, row);
        } else if (forgotten(row)) {
            tags.removeAll(new AccountId(row.accountId), row.id);
            entities.remove(row);
        }
    }

    private boolean forgotten(NatGatewayRow row) {
        return !PRESENT.contains(row.state)
                && row.deletedAt != null
                && row.deletedAt.isBefore(clock.instant().minus(SHOWN));
    }

    /** The row with its lock, if there is one. */
    Optional<NatGatewayRow> locked(EntityManager entities, String id) {
        return Optional.ofNullable(entities.find(NatGatewayRow.class, id, LockModeType.PESSIMISTIC_WRITE));
    }

    /** Begins to delete a gateway; one that no host has is gone at once. The caller has the VPC locked. */
    void delete(EntityManager entities, NatGatewayRow row) {
        row.deletedAt = clock.instant();
        if (row.state.equals(PENDING)) {
            end(entities, row);
        } else if (row.state.equals(AVAILABLE)) {
            row.state = DELETING;
        }
    }

    void fail(EntityManager entities, NatGatewayRow row, String message) {
        row.failureCode = "InternalError";
        row.failureMessage = message;
        end(entities, row);
        row.state = FAILED;
    }

    private void end(EntityManager entities, NatGatewayRow row) {
        addresses.release(entities, new AccountId(row.accountId), row.id);
        row.state = DELETED;
        row.privateIp = null;
        row.networkInterfaceId = null;
        row.deletedAt = clock.instant();
        entities.flush();
        generations.changed(entities, row.vpcId);
    }
}
