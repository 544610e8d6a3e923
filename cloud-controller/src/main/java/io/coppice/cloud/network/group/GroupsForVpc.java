package io.coppice.cloud.network.group;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcRequest;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroupForVpc;

/** GetSecurityGroupsForVpc: the groups that interfaces in a VPC can have, which are its own. Thread-safe. */
@ApplicationScoped
class GroupsForVpc implements ActionModule {
    private static final PageLimits PAGES = PageLimits.usual("vpcId");
    private static final Filters<SecurityGroupForVpc> FILTERS = Filters.<SecurityGroupForVpc>builder()
            .value("group-id", SecurityGroupForVpc::groupId)
            .value("group-name", SecurityGroupForVpc::groupName)
            .value("description", SecurityGroupForVpc::description)
            .value("owner-id", SecurityGroupForVpc::ownerId)
            .value("primary-vpc-id", SecurityGroupForVpc::primaryVpcId)
            .tags(each -> NetworkLedger.asMap(each.tags()))
            .build();

    private final NetworkLedger ledger;
    private final SecurityGroups groups;
    private final Vpcs vpcs;
    private final Pages pages;

    GroupsForVpc(NetworkLedger ledger, SecurityGroups groups, Vpcs vpcs, Pages pages) {
        this.ledger = ledger;
        this.groups = groups;
        this.vpcs = vpcs;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "GetSecurityGroupsForVpc", GetSecurityGroupsForVpcRequest::builder, this::list);
    }

    GetSecurityGroupsForVpcResponse list(RequestContext context, GetSecurityGroupsForVpcRequest request) {
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), false);
        var selection = FILTERS.select(request.filters());
        return ledger.call(context, entities -> {
            vpcs.require(entities, context.account(), vpcId);
            var found = pages.read(
                    page,
                    (after, limit) -> answers(entities, context, after, limit),
                    selection.and(group -> vpcId.equals(group.primaryVpcId())),
                    SecurityGroupForVpc::groupId);
            return GetSecurityGroupsForVpcResponse.builder()
                    .securityGroupForVpcs(found.rows())
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    private List<SecurityGroupForVpc> answers(
            EntityManager entities, RequestContext context, @Nullable String after, int limit) {
        var rows = groups.list(entities, context.account(), null, after, limit);
        var tags =
                ledger.tags(context.account(), rows.stream().map(row -> row.id).toList());
        return rows.stream()
                .map(row -> SecurityGroupForVpc.builder()
                        .groupId(row.id)
                        .groupName(row.name)
                        .description(row.description)
                        .ownerId(row.accountId)
                        .primaryVpcId(row.vpcId)
                        .tags(tags.getOrDefault(row.id, List.of()))
                        .build())
                .toList();
    }
}
