package io.coppice.cloud.network.peering;

import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.Segments;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.vpc.VpcPart;
import io.coppice.cloud.network.vpc.VpcRow;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Peering connections in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class Peerings implements VpcPart {
    /** How long one that has ended is still listed, as in AWS. */
    private static final Duration SHOWN = Duration.ofHours(2);

    private final VpcGenerations generations;
    private final Tags tags;
    private final NetworkConfig config;
    private final Clock clock;

    /** For the container and for tests. */
    public Peerings(VpcGenerations generations, Tags tags, NetworkConfig config, Clock clock) {
        this.generations = generations;
        this.tags = tags;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public boolean holds(EntityManager entities, String vpcId) {
        return of(entities, vpcId).stream().anyMatch(row -> row.status() == PeeringStatus.ACTIVE);
    }

    /** Requests that nobody has answered end with their VPC. */
    @Override
    public void end(EntityManager entities, VpcRow vpc) {
        of(entities, vpc.id()).stream()
                .filter(row -> row.status() == PeeringStatus.PENDING_ACCEPTANCE)
                .forEach(row -> finish(entities, row, PeeringStatus.DELETED));
    }

    /** The connections of a VPC, on either side. */
    List<PeeringRow> of(EntityManager entities, String vpcId) {
        return entities.createQuery(
                        "from PeeringRow p where p.vpcId = :vpc or p.peerVpcId = :vpc order by p.id", PeeringRow.class)
                .setParameter("vpc", vpcId)
                .getResultList();
    }

    /** All of an account by id, on either side, after those whose time is up have been seen to. */
    List<PeeringRow> all(EntityManager entities, AccountId account) {
        var rows = entities.createQuery(
                        "from PeeringRow p where p.accountId = :account or p.peerAccountId = :account order by p.id",
                        PeeringRow.class)
                .setParameter("account", account.value())
                .getResultList();
        rows.forEach(row -> settle(entities, row));
        return rows.stream().filter(row -> !forgotten(row)).toList();
    }

    private void settle(EntityManager entities, PeeringRow row) {
        if (row.status() == PeeringStatus.PENDING_ACCEPTANCE
                && row.createdAt.isBefore(clock.instant().minus(config.peeringRequestLifetime()))) {
            finish(entities, row, PeeringStatus.EXPIRED);
        } else if (forgotten(row)) {
            tags.removeAll(new AccountId(row.accountId), row.id);
            tags.removeAll(new AccountId(row.peerAccountId), row.id);
            entities.remove(row);
        }
    }

    private boolean forgotten(PeeringRow row) {
        return row.endedAt != null && row.endedAt.isBefore(clock.instant().minus(SHOWN));
    }

    /** The connection of this id, on either side; throws when the account has none. */
    PeeringRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.VPC_PEERING.check(id);
        return all(entities, account).stream()
                .filter(row -> row.id.equals(id))
                .findFirst()
                .orElseThrow(() -> NetworkKind.VPC_PEERING.notFound(id));
    }

    /** As {@link #require}, for a writer: locks both VPCs. */
    PeeringRow change(EntityManager entities, AccountId account, String id) {
        var row = require(entities, account, id);
        entities.flush();
        generations.changed(entities, List.of(row.vpcId, row.peerVpcId));
        entities.refresh(row);
        return row;
    }

    /** Makes it active; the caller has both VPCs locked. */
    void activate(EntityManager entities, PeeringRow row) {
        row.vni = Segments.take(entities, row.id);
        row.become(PeeringStatus.ACTIVE);
    }

    /** Ends it. */
    void finish(EntityManager entities, PeeringRow row, PeeringStatus last) {
        if (row.vni != null) {
            row.vni = null;
            Segments.free(entities, row.id);
        }
        row.become(last);
        row.endedAt = clock.instant();
    }

    /** The open connection between both, in either direction. */
    Optional<PeeringRow> between(EntityManager entities, String vpcId, String otherVpcId) {
        return of(entities, vpcId).stream()
                .filter(row -> row.status().open())
                .filter(row -> row.vpcId.equals(otherVpcId) || row.peerVpcId.equals(otherVpcId))
                .findFirst();
    }
}
