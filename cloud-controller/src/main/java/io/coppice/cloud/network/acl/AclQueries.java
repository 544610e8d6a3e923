package io.coppice.cloud.network.acl;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.query.Filters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsResponse;
import software.amazon.awssdk.services.ec2.model.NetworkAcl;
import software.amazon.awssdk.services.ec2.model.NetworkAclAssociation;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;

/** DescribeNetworkAcls. Thread-safe. */
@ApplicationScoped
class AclQueries implements ActionModule {
    private static final NetworkLedger.Listing<NetworkAcl> ACLS = new NetworkLedger.Listing<>(
            NetworkKind.NETWORK_ACL,
            NetworkAcl::networkAclId,
            Filters.<NetworkAcl>builder()
                    .value("network-acl-id", NetworkAcl::networkAclId)
                    .values("association.network-acl-id", acl -> associations(acl, any -> acl.networkAclId()))
                    .values(
                            "association.association-id",
                            acl -> associations(acl, NetworkAclAssociation::networkAclAssociationId))
                    .values("association.subnet-id", acl -> associations(acl, NetworkAclAssociation::subnetId))
                    .value("default", NetworkAcl::isDefault)
                    .value("vpc-id", NetworkAcl::vpcId)
                    .value("owner-id", NetworkAcl::ownerId)
                    .values("entry.cidr", acl -> entries(acl, NetworkAclEntry::cidrBlock))
                    .values("entry.ipv6-cidr", acl -> entries(acl, NetworkAclEntry::ipv6CidrBlock))
                    .values("entry.protocol", acl -> entries(acl, NetworkAclEntry::protocol))
                    .values("entry.rule-action", acl -> entries(acl, NetworkAclEntry::ruleActionAsString))
                    .values("entry.rule-number", acl -> entries(acl, NetworkAclEntry::ruleNumber))
                    .values("entry.egress", acl -> entries(acl, NetworkAclEntry::egress))
                    .values("entry.icmp.code", acl -> entries(acl, AclQueries::icmpCode))
                    .values("entry.icmp.type", acl -> entries(acl, AclQueries::icmpType))
                    .values("entry.port-range.from", acl -> entries(acl, AclQueries::firstPort))
                    .values("entry.port-range.to", acl -> entries(acl, AclQueries::lastPort))
                    .tags(acl -> NetworkLedger.asMap(acl.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final NetworkAcls acls;
    private final AclAnswers answers;

    AclQueries(NetworkLedger ledger, NetworkAcls acls, AclAnswers answers) {
        this.ledger = ledger;
        this.acls = acls;
        this.answers = answers;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "DescribeNetworkAcls", DescribeNetworkAclsRequest::builder, this::describe);
    }

    DescribeNetworkAclsResponse describe(RequestContext context, DescribeNetworkAclsRequest request) {
        var query = new NetworkLedger.Query(
                request.networkAclIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = answers.of(entities, context.account(), acls.all(entities, context.account()));
            return ledger.page(context, ACLS, rows, query);
        });
        return DescribeNetworkAclsResponse.builder()
                .networkAcls(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static List<?> associations(NetworkAcl acl, Function<NetworkAclAssociation, Object> read) {
        return acl.associations().stream().map(read).toList();
    }

    private static List<?> entries(NetworkAcl acl, Function<NetworkAclEntry, @Nullable Object> read) {
        return acl.entries().stream().map(read).filter(Objects::nonNull).toList();
    }

    private static @Nullable Object icmpCode(NetworkAclEntry entry) {
        return entry.icmpTypeCode() == null ? null : entry.icmpTypeCode().code();
    }

    private static @Nullable Object icmpType(NetworkAclEntry entry) {
        return entry.icmpTypeCode() == null ? null : entry.icmpTypeCode().type();
    }

    private static @Nullable Object firstPort(NetworkAclEntry entry) {
        return entry.portRange() == null ? null : entry.portRange().from();
    }

    private static @Nullable Object lastPort(NetworkAclEntry entry) {
        return entry.portRange() == null ? null : entry.portRange().to();
    }
}
