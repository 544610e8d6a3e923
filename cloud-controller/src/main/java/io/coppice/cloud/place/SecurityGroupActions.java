package io.coppice.cloud.place;

import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Pages;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.IpRange;
import software.amazon.awssdk.services.ec2.model.ReferencedSecurityGroup;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;

/** The default security group and its two rules. Thread-safe. */
@ApplicationScoped
class SecurityGroupActions implements FlatActionModule {
    private static final String ALL_PROTOCOLS = "-1";
    private static final int ALL_PORTS = -1;
    private static final String EVERYWHERE = "0.0.0.0/0";

    private static final NetworkListing<SecurityGroup> GROUPS = new NetworkListing<>(
            NetworkKind.SECURITY_GROUP,
            SecurityGroup::groupId,
            Filters.<SecurityGroup>builder()
                    .value("group-id", SecurityGroup::groupId)
                    .value("group-name", SecurityGroup::groupName)
                    .value("description", SecurityGroup::description)
                    .value("vpc-id", SecurityGroup::vpcId)
                    .value("owner-id", SecurityGroup::ownerId)
                    .value("ip-permission.group-id", SecurityGroup::groupId)
                    .value("ip-permission.group-name", SecurityGroup::groupName)
                    .value("ip-permission.protocol", group -> ALL_PROTOCOLS)
                    .value("ip-permission.user-id", SecurityGroup::ownerId)
                    .values("ip-permission.cidr", group -> List.of())
                    .values("ip-permission.from-port", group -> List.of())
                    .values("ip-permission.to-port", group -> List.of())
                    .value("egress.ip-permission.cidr", group -> EVERYWHERE)
                    .value("egress.ip-permission.protocol", group -> ALL_PROTOCOLS)
                    .values("egress.ip-permission.from-port", group -> List.of())
                    .values("egress.ip-permission.to-port", group -> List.of())
                    .never(
                            "egress.ip-permission.group-id",
                            "egress.ip-permission.group-name",
                            "egress.ip-permission.ipv6-cidr",
                            "egress.ip-permission.prefix-list-id",
                            "egress.ip-permission.user-id",
                            "ip-permission.ipv6-cidr",
                            "ip-permission.prefix-list-id")
                    .tags(NetworkTags.asMap(SecurityGroup::tags))
                    .build());

    private static final NetworkListing<SecurityGroupRule> RULES = new NetworkListing<>(
            NetworkKind.SECURITY_GROUP_RULE,
            SecurityGroupRule::securityGroupRuleId,
            Filters.<SecurityGroupRule>builder()
                    .value("group-id", SecurityGroupRule::groupId)
                    .value("security-group-rule-id", SecurityGroupRule::securityGroupRuleId)
                    .tags(NetworkTags.asMap(SecurityGroupRule::tags))
                    .build());

    private final DefaultNetwork networks;
    private final NetworkTags tags;
    private final Pages pages;

    SecurityGroupActions(DefaultNetwork networks, NetworkTags tags, Pages pages) {
        this.networks = networks;
        this.tags = tags;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!networks.flat()) {
            return;
        }
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeSecurityGroups",
                DescribeSecurityGroupsRequest::builder,
                this::groups);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeSecurityGroupRules",
                DescribeSecurityGroupRulesRequest::builder,
                this::rules);
    }

    DescribeSecurityGroupsResponse groups(RequestContext context, DescribeSecurityGroupsRequest request) {
        var network = networks.of(context.account());
        for (var name : request.groupNames()) {
            if (!name.equals(DefaultNetwork.Ids.SECURITY_GROUP_NAME)) {
                throw NetworkKind.SECURITY_GROUP.notFound(name);
            }
        }
        var id = network.securityGroupId();
        var group = SecurityGroup.builder()
                .groupId(id)
                .groupName(DefaultNetwork.Ids.SECURITY_GROUP_NAME)
                .description("default VPC security group")
                .vpcId(network.vpcId())
                .ownerId(context.account().value())
                .ipPermissions(IpPermission.builder()
                        .ipProtocol(ALL_PROTOCOLS)
                        .userIdGroupPairs(UserIdGroupPair.builder()
                                .groupId(id)
                                .userId(context.account().value())
                                .build())
                        .build())
                .ipPermissionsEgress(IpPermission.builder()
                        .ipProtocol(ALL_PROTOCOLS)
                        .ipRanges(IpRange.builder().cidrIp(EVERYWHERE).build())
                        .build())
                .tags(tags.of(context.account(), id))
                .build();
        var query = new NetworkListing.Query(
                request.groupIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = GROUPS.read(pages, context, List.of(group), query);
        return DescribeSecurityGroupsResponse.builder()
                .securityGroups(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeSecurityGroupRulesResponse rules(RequestContext context, DescribeSecurityGroupRulesRequest request) {
        var network = networks.of(context.account());
        var account = context.account().value();
        var rules = new ArrayList<SecurityGroupRule>();
        rules.add(rule(network)
                .securityGroupRuleId(network.id("sgr-", "ingress-rule"))
                .isEgress(false)
                .referencedGroupInfo(ReferencedSecurityGroup.builder()
                        .groupId(network.securityGroupId())
                        .userId(account)
                        .build())
                .build());
        rules.add(rule(network)
                .securityGroupRuleId(network.id("sgr-", "egress-rule"))
                .isEgress(true)
                .cidrIpv4(EVERYWHERE)
                .build());
        rules.sort(Comparator.comparing(SecurityGroupRule::securityGroupRuleId));
        var query = new NetworkListing.Query(
                request.securityGroupRuleIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = RULES.read(pages, context, rules, query);
        return DescribeSecurityGroupRulesResponse.builder()
                .securityGroupRules(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static SecurityGroupRule.Builder rule(DefaultNetwork.Ids network) {
        return SecurityGroupRule.builder()
                .groupId(network.securityGroupId())
                .groupOwnerId(network.account().value())
                .ipProtocol(ALL_PROTOCOLS)
                .fromPort(ALL_PORTS)
                .toPort(ALL_PORTS);
    }
}
