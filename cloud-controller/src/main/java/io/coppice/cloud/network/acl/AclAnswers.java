package io.coppice.cloud.network.acl;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.NetworkAcl;
import software.amazon.awssdk.services.ec2.model.NetworkAclAssociation;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;
import software.amazon.awssdk.services.ec2.model.RuleAction;

/** Network ACLs as answers show them. Thread-safe. */
@ApplicationScoped
class AclAnswers {
    private static final String EVERYWHERE = "0.0.0.0/0";
    private static final String EVERYWHERE_IPV6 = "::/0";
    private static final String ALL_PROTOCOLS = "-1";
    /** AWS shows it as "*": what no other entry took. */
    private static final int LAST_RULE = 32_767;
    /** The same for IPv6, shown by ACLs that have an entry of IPv6. */
    private static final int LAST_IPV6_RULE = 32_768;

    private final NetworkLedger ledger;
    private final NetworkAcls acls;
    private final Subnets subnets;

    AclAnswers(NetworkLedger ledger, NetworkAcls acls, Subnets subnets) {
        this.ledger = ledger;
        this.acls = acls;
        this.subnets = subnets;
    }

    /** ACLs of an account, in the same order. As many queries as for one. */
    List<NetworkAcl> of(EntityManager entities, AccountId account, List<NetworkAclRow> rows) {
        var ids = rows.stream().map(row -> row.id).toList();
        var entries = acls.entries(entities, ids);
        var bySubnet = subnets.all(entities, account).stream()
                .collect(Collectors.groupingBy(subnet -> String.valueOf(subnet.networkAclId())));
        var tags = ledger.tags(account, ids);
        return rows.stream()
                .map(row -> NetworkAcl.builder()
                        .networkAclId(row.id)
                        .vpcId(row.vpcId)
                        .ownerId(row.accountId)
                        .isDefault(row.isDefault)
                        .associations(bySubnet.getOrDefault(row.id, List.of()).stream()
                                .map(subnet -> association(row, subnet))
                                .toList())
                        .entries(entries(entries.getOrDefault(row.id, List.of())))
                        .tags(tags.getOrDefault(row.id, List.of()))
                        .build())
                .toList();
    }

    private static NetworkAclAssociation association(NetworkAclRow acl, SubnetRow subnet) {
        return NetworkAclAssociation.builder()
                .networkAclAssociationId(subnet.networkAclAssociationId())
                .networkAclId(acl.id)
                .subnetId(subnet.id())
                .build();
    }

    private static List<NetworkAclEntry> entries(List<AclEntryRow> rows) {
        var hasIpv6 = rows.stream().anyMatch(row -> IpRange.of(row.cidrBlock).ipv6());
        var entries = new ArrayList<NetworkAclEntry>();
        for (var egress : List.of(true, false)) {
            rows.stream()
                    .filter(row -> row.key.egress() == egress)
                    .map(AclAnswers::entry)
                    .forEach(entries::add);
            entries.add(last(egress, LAST_RULE).cidrBlock(EVERYWHERE).build());
            if (hasIpv6) {
                entries.add(last(egress, LAST_IPV6_RULE)
                        .ipv6CidrBlock(EVERYWHERE_IPV6)
                        .build());
            }
        }
        return entries;
    }

    private static NetworkAclEntry.Builder last(boolean egress, int number) {
        return NetworkAclEntry.builder()
                .egress(egress)
                .ruleNumber(number)
                .ruleAction(RuleAction.DENY)
                .protocol(ALL_PROTOCOLS);
    }

    private static NetworkAclEntry entry(AclEntryRow row) {
        var entry = NetworkAclEntry.builder()
                .egress(row.key.egress())
                .ruleNumber(row.key.number())
                .ruleAction(row.allow ? RuleAction.ALLOW : RuleAction.DENY)
                .protocol(Integer.toString(row.protocol));
        switch (row.protocol) {
            case AclRules.TCP, AclRules.UDP ->
                entry.portRange(range -> range.from(row.fromPort).to(row.toPort));
            case AclRules.ICMP, AclRules.ICMPV6 ->
                entry.icmpTypeCode(icmp -> icmp.type(row.fromPort).code(row.toPort));
            default -> {
                // All others have neither.
            }
        }
        return (IpRange.of(row.cidrBlock).ipv6() ? entry.ipv6CidrBlock(row.cidrBlock) : entry.cidrBlock(row.cidrBlock))
                .build();
    }
}
