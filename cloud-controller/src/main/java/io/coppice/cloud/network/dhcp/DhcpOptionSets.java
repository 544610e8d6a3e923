package io.coppice.cloud.network.dhcp;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sets of DHCP options in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class DhcpOptionSets {
    /** Stands for the VPC's own resolver. */
    static final String OWN_RESOLVER = "AmazonProvidedDNS";

    private final Clock clock;

    /** For the container and for tests. */
    public DhcpOptionSets(Clock clock) {
        this.clock = clock;
    }

    /**
     * The set that new VPCs of the account get; made again if the user has deleted it.
     *
     * @param ids its name when it is the account's first
     */
    public String standard(EntityManager entities, AccountId account, DefaultNetwork.@Nullable Ids ids) {
        PlainSql.lock(entities, "default DHCP options " + account);
        return all(entities, account).stream()
                .filter(set -> set.isDefault)
                .findFirst()
                .map(set -> set.id)
                .orElseGet(() -> make(
                                entities,
                                account,
                                ids == null ? NetworkKind.DHCP_OPTIONS.newId() : ids.dhcpOptionsId(),
                                true,
                                Map.of(DhcpOption.DOMAIN_NAME_SERVERS, OWN_RESOLVER))
                        .id);
    }

    DhcpOptionsRow make(
            EntityManager entities, AccountId account, String id, boolean isDefault, Map<DhcpOption, String> options) {
        var set = new DhcpOptionsRow(id, account.value(), isDefault, options, clock.instant());
        entities.persist(set);
        entities.flush();
        return set;
    }

    DhcpOptionsRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.DHCP_OPTIONS.check(id);
        return Optional.ofNullable(entities.find(DhcpOptionsRow.class, id))
                .filter(set -> set.accountId.equals(account.value()))
                .orElseThrow(() -> NetworkKind.DHCP_OPTIONS.notFound(id));
    }

    List<DhcpOptionsRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "from DhcpOptionsRow d where d.accountId = :account order by d.id", DhcpOptionsRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }
}
