package io.coppice.cloud.network.gateway;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.vpc.VpcPart;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Internet gateways and egress-only ones in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class InternetGateways implements VpcPart {
    private final Clock clock;

    /** For the container and for tests. */
    public InternetGateways(Clock clock) {
        this.clock = clock;
    }

    /** The internet gateway that is attached to a VPC. */
    public Optional<String> attachedTo(EntityManager entities, String vpcId) {
        return entities
                .createQuery("select g.id from InternetGatewayRow g where g.vpcId = :vpc", String.class)
                .setParameter("vpc", vpcId)
                .getResultList()
                .stream()
                .findFirst();
    }

    @Override
    public boolean holds(EntityManager entities, String vpcId) {
        return attachedTo(entities, vpcId).isPresent()
                || entities.createQuery("select count(g) from EgressOnlyGatewayRow g where g.vpcId = :vpc", Long.class)
                                .setParameter("vpc", vpcId)
                                .getSingleResult()
                        > 0;
    }

    /** Makes an internet gateway, attached to the VPC if one is given. */
    public void make(EntityManager entities, AccountId account, String id, @Nullable String vpcId) {
        entities.persist(new InternetGatewayRow(id, account.value(), vpcId, clock.instant()));
        entities.flush();
    }

    void makeEgressOnly(EntityManager entities, AccountId account, String id, String vpcId) {
        entities.persist(new EgressOnlyGatewayRow(id, account.value(), vpcId, clock.instant()));
        entities.flush();
    }

    InternetGatewayRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.INTERNET_GATEWAY.check(id);
        return Optional.ofNullable(entities.find(InternetGatewayRow.class, id))
                .filter(gateway -> gateway.accountId.equals(account.value()))
                .orElseThrow(() -> NetworkKind.INTERNET_GATEWAY.notFound(id));
    }

    EgressOnlyGatewayRow requireEgressOnly(EntityManager entities, AccountId account, String id) {
        NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY.check(id);
        return Optional.ofNullable(entities.find(EgressOnlyGatewayRow.class, id))
                .filter(gateway -> gateway.accountId.equals(account.value()))
                .orElseThrow(() -> NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY.notFound(id));
    }

    List<InternetGatewayRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "from InternetGatewayRow g where g.accountId = :account order by g.id",
                        InternetGatewayRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    List<EgressOnlyGatewayRow> allEgressOnly(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "from EgressOnlyGatewayRow g where g.accountId = :account order by g.id",
                        EgressOnlyGatewayRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }
}
