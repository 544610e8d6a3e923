package io.coppice.cloud.network.group;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupReferencesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupReferencesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeStaleSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeStaleSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.IpRange;
import software.amazon.awssdk.services.ec2.model.Ipv6Range;
import software.amazon.awssdk.services.ec2.model.PrefixListId;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;

/** DescribeSecurityGroups, DescribeSecurityGroupReferences and DescribeStaleSecurityGroups. Thread-safe. */
@ApplicationScoped
class GroupQueries implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.SECURITY_GROUP;
    private static final PageLimits PAGES = PageLimits.usual("groupIds");
    private static final PageLimits STALE_PAGES = new PageLimits(5, 255, "vpcId");
    private static final Filters<SecurityGroup> FILTERS = filters();

    private final NetworkLedger ledger;
    private final SecurityGroups groups;
    private final Vpcs vpcs;
    private final Pages pages;

    GroupQueries(NetworkLedger ledger, SecurityGroups groups, Vpcs vpcs, Pages pages) {
        this.ledger = ledger;
        this.groups = groups;
        this.vpcs = vpcs;
        this.pages = pages;
    }

    private static Filters<SecurityGroup> filters() {
        var filters = Filters.<SecurityGroup>builder()
                .value("group-id", SecurityGroup::groupId)
                .value("group-name", SecurityGroup::groupName)
                .value("description", SecurityGroup::description)
                .value("vpc-id", SecurityGroup::vpcId)
                .value("owner-id", SecurityGroup::ownerId)
                .tags(each -> NetworkLedger.asMap(each.tags()));
        add(filters, "", SecurityGroup::ipPermissions);
        add(filters, "egress.", SecurityGroup::ipPermissionsEgress);
        return filters.build();
    }

    private static void add(
            Filters.Builder<SecurityGroup> filters, String prefix, Function<SecurityGroup, List<IpPermission>> read) {
        var start = prefix + "ip-permission.";
        filters.values(start + "protocol", group -> of(group, read, each -> Stream.of(each.ipProtocol())));
        filters.values(start + "from-port", group -> of(group, read, each -> Stream.ofNullable(each.fromPort())));
        filters.values(start + "to-port", group -> of(group, read, each -> Stream.ofNullable(each.toPort())));
        filters.values(
                start + "cidr",
                group -> of(group, read, each -> each.ipRanges().stream().map(IpRange::cidrIp)));
        filters.values(
                start + "ipv6-cidr",
                group -> of(group, read, each -> each.ipv6Ranges().stream().map(Ipv6Range::cidrIpv6)));
        filters.values(
                start + "prefix-list-id",
                group -> of(group, read, each -> each.prefixListIds().stream().map(PrefixListId::prefixListId)));
        filters.values(
                start + "group-id",
                group ->
                        of(group, read, each -> each.userIdGroupPairs().stream().map(UserIdGroupPair::groupId)));
        filters.values(
                start + "user-id",
                group ->
                        of(group, read, each -> each.userIdGroupPairs().stream().map(UserIdGroupPair::userId)));
        // Groups of a VPC are referred to by id.
        filters.never(start + "group-name");
    }

    private static <T> List<T> of(
            SecurityGroup group,
            Function<SecurityGroup, List<IpPermission>> read,
            Function<IpPermission, Stream<T>> value) {
        return read.apply(group).stream().flatMap(value).toList();
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "DescribeSecurityGroups", DescribeSecurityGroupsRequest::builder, this::describe);
        registry.add(
                Service.EC2,
                "DescribeSecurityGroupReferences",
                DescribeSecurityGroupReferencesRequest::builder,
                this::references);
        registry.add(
                Service.EC2, "DescribeStaleSecurityGroups", DescribeStaleSecurityGroupsRequest::builder, this::stale);
    }

    DescribeSecurityGroupsResponse describe(RequestContext context, DescribeSecurityGroupsRequest request) {
        var named = !request.groupIds().isEmpty() || !request.groupNames().isEmpty();
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), named);
        var selection = FILTERS.select(request.filters());
        return ledger.call(context, entities -> {
            var wanted = named
                    ? wanted(entities, context, request)
                    : selection.exactly("group-id").orElse(null);
            var found = pages.read(
                    page,
                    (after, limit) -> answers(entities, context, wanted, after, limit),
                    selection,
                    SecurityGroup::groupId);
            return DescribeSecurityGroupsResponse.builder()
                    .securityGroups(found.rows())
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    private Set<String> wanted(EntityManager entities, RequestContext context, DescribeSecurityGroupsRequest request) {
        var ids = new HashSet<>(request.groupIds());
        ids.forEach(KIND::check);
        var present = groups.byId(entities, ids);
        for (var id : request.groupIds()) {
            var group = present.get(id);
            if (group == null || !group.accountId().equals(context.account().value())) {
                throw GroupErrors.notFound(id);
            }
        }
        for (var name : request.groupNames()) {
            ids.add(groups.named(entities, context.account(), name).orElseThrow(() -> GroupErrors.notFound(name)).id);
        }
        return ids;
    }

    /** Three queries. */
    private List<SecurityGroup> answers(
            EntityManager entities,
            RequestContext context,
            @Nullable Collection<String> wanted,
            @Nullable String after,
            int limit) {
        var rows = groups.list(entities, context.account(), wanted, after, limit);
        var ids = rows.stream().map(row -> row.id).toList();
        var rules = groups.rules(entities, ids).stream().collect(Collectors.groupingBy(rule -> rule.groupId));
        var tags = ledger.tags(context.account(), ids);
        return rows.stream()
                .map(row -> GroupAnswers.group(
                        row,
                        ledger.arn(context.account(), KIND, row.id),
                        rules.getOrDefault(row.id, List.of()),
                        tags.getOrDefault(row.id, List.of())))
                .toList();
    }

    /** Groups are referred to within their VPC only, so no other VPC ever does. */
    DescribeSecurityGroupReferencesResponse references(
            RequestContext context, DescribeSecurityGroupReferencesRequest request) {
        if (request.groupId().isEmpty()) {
            throw NetworkErrors.missing("GroupId");
        }
        ledger.run(
                context, entities -> request.groupId().forEach(id -> groups.require(entities, context.account(), id)));
        return DescribeSecurityGroupReferencesResponse.builder()
                .securityGroupReferenceSet(List.of())
                .build();
    }

    /** A rule is stale when the group of another VPC that it refers to is gone; see {@link #references}. */
    DescribeStaleSecurityGroupsResponse stale(RequestContext context, DescribeStaleSecurityGroupsRequest request) {
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        pages.open(context, STALE_PAGES, request.maxResults(), request.nextToken(), false);
        ledger.run(context, entities -> vpcs.require(entities, context.account(), vpcId));
        return DescribeStaleSecurityGroupsResponse.builder()
                .staleSecurityGroupSet(List.of())
                .build();
    }
}
