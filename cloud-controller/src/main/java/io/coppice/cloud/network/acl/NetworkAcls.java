package io.coppice.cloud.network.acl;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.subnet.SubnetPart;
import io.coppice.cloud.network.subnet.SubnetRow;
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

/** Network ACLs in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class NetworkAcls implements VpcPart, SubnetPart {
    static final String ASSOCIATION_PREFIX = "aclassoc-";
    private static final IpRange EVERYWHERE = IpRange.of("0.0.0.0/0");
    private static final IpRange EVERYWHERE_IPV6 = IpRange.of("::/0");
    private static final int ALLOW_RULE = 100;
    private static final int ALLOW_IPV6_RULE = 101;

    private final VpcGenerations generations;
    private final Tags tags;
    private final Clock clock;

    /** For the container and for tests. */
    public NetworkAcls(VpcGenerations generations, Tags tags, Clock clock) {
        this.generations = generations;
        this.tags = tags;
        this.clock = clock;
    }

    /** Makes the default ACL, which allows everything. */
    @Override
    public void begin(EntityManager entities, Birth birth) {
        var id = birth.ids().map(DefaultNetwork.Ids::networkAclId).orElseGet(NetworkKind.NETWORK_ACL::newId);
        make(entities, id, birth.vpc().accountId(), birth.vpc().id(), true);
        for (var egress : List.of(true, false)) {
            entities.persist(
                    new AclEntryRow(new AclEntryRow.Key(id, egress, ALLOW_RULE), AclRule.everything(EVERYWHERE)));
        }
    }

    /** Lets the default ACL allow IPv6 as well, when a VPC gets its range; an entry of the user's own stays. */
    public void allowIpv6(EntityManager entities, String vpcId) {
        var acl = standard(entities, vpcId);
        for (var egress : List.of(true, false)) {
            var key = new AclEntryRow.Key(acl.id, egress, ALLOW_IPV6_RULE);
            if (entities.find(AclEntryRow.class, key) == null) {
                entities.persist(new AclEntryRow(key, AclRule.everything(EVERYWHERE_IPV6)));
            }
        }
    }

    /** Of a VPC; of a subnet, whose ids are others, nothing: its ACL does not keep it. */
    @Override
    public boolean holds(EntityManager entities, String id) {
        return in(entities, id).stream().anyMatch(acl -> !acl.isDefault);
    }

    @Override
    public void end(EntityManager entities, VpcRow vpc) {
        in(entities, vpc.id()).forEach(acl -> {
            tags.removeAll(new AccountId(acl.accountId), acl.id);
            entities.remove(acl);
        });
    }

    /** Gives a new subnet the VPC's default ACL. */
    @Override
    public void begin(EntityManager entities, SubnetRow subnet, Optional<DefaultNetwork.Ids> ids) {
        subnet.useNetworkAcl(
                standard(entities, subnet.vpcId()).id,
                ids.map(each -> each.id(ASSOCIATION_PREFIX, "subnet-association"))
                        .orElseGet(() -> NetworkKind.newId(ASSOCIATION_PREFIX)));
    }

    NetworkAclRow make(EntityManager entities, String id, String accountId, String vpcId, boolean isDefault) {
        var acl = new NetworkAclRow(id, accountId, vpcId, isDefault, clock.instant());
        entities.persist(acl);
        entities.flush();
        return acl;
    }

    NetworkAclRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.NETWORK_ACL.check(id);
        return Optional.ofNullable(entities.find(NetworkAclRow.class, id))
                .filter(acl -> acl.accountId.equals(account.value()))
                .orElseThrow(() -> NetworkKind.NETWORK_ACL.notFound(id));
    }

    /** As {@link #require}, for a writer: locks the VPC. */
    NetworkAclRow change(EntityManager entities, AccountId account, String id) {
        var found = require(entities, account, id);
        generations.changed(entities, found.vpcId);
        Rows.refresh(entities, found, () -> NetworkKind.NETWORK_ACL.notFound(id));
        return found;
    }

    NetworkAclRow standard(EntityManager entities, String vpcId) {
        return in(entities, vpcId).stream()
                .filter(acl -> acl.isDefault)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("VPC " + vpcId + " has no default network ACL"));
    }

    List<NetworkAclRow> in(EntityManager entities, String vpcId) {
        return entities.createQuery("from NetworkAclRow a where a.vpcId = :vpc order by a.id", NetworkAclRow.class)
                .setParameter("vpc", vpcId)
                .getResultList();
    }

    List<NetworkAclRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "from NetworkAclRow a where a.accountId = :account order by a.id", NetworkAclRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    /** The entries of these ACLs, by direction and number. One query. */
    Map<String, List<AclEntryRow>> entries(EntityManager entities, Collection<String> aclIds) {
        if (aclIds.isEmpty()) {
            return Map.of();
        }
        return entities
                .createQuery(
                        "from AclEntryRow e where e.key.aclId in (:ids)"
                                + " order by e.key.aclId, e.key.egress desc, e.key.number",
                        AclEntryRow.class)
                .setParameter("ids", aclIds)
                .getResultList()
                .stream()
                .collect(Collectors.groupingBy(entry -> entry.key.aclId()));
    }
}
