package io.coppice.cloud.network.group;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.*;

/** If this fails, traffic is allowed that nobody allowed, or rules cannot be made, found or taken back. */
class SecurityGroupsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of("coppice.security-groups.max-rules", "5"));
    private final DefaultNetwork.Ids ids = cloud.bean(DefaultNetwork.class).of(ALICE);

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("network_accounts", "vpcs", "vpc_generations", "network_segments", "dhcp_options", "tag");
    }

    private String make(String name) {
        return cloud.call(
                        CreateSecurityGroupResponse.class,
                        CreateSecurityGroupRequest.builder()
                                .groupName(name)
                                .description("for tests")
                                .build())
                .groupId();
    }

    private static IpPermission tcp(int port, String... ranges) {
        return IpPermission.builder()
                .ipProtocol("tcp")
                .fromPort(port)
                .toPort(port)
                .ipRanges(java.util.Arrays.stream(ranges)
                        .map(range -> IpRange.builder().cidrIp(range).build())
                        .toList())
                .build();
    }

    private List<SecurityGroupRule> allow(String group, IpPermission... permissions) {
        return cloud.call(AuthorizeSecurityGroupIngressResponse.class, ingress(group, permissions))
                .securityGroupRules();
    }

    private static AuthorizeSecurityGroupIngressRequest ingress(String group, IpPermission... permissions) {
        return AuthorizeSecurityGroupIngressRequest.builder()
                .groupId(group)
                .ipPermissions(permissions)
                .build();
    }

    private SecurityGroup read(String group) {
        return groups(request -> request.groupIds(group)).getFirst();
    }

    private List<SecurityGroup> groups(Consumer<DescribeSecurityGroupsRequest.Builder> changes) {
        var request = DescribeSecurityGroupsRequest.builder();
        changes.accept(request);
        return cloud.call(DescribeSecurityGroupsResponse.class, request.build()).securityGroups();
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    @Test
    void everyVpcHasADefaultGroupWithTheRulesOfAws() {
        var group = read(ids.securityGroupId());
        assertEquals("default", group.groupName());
        assertEquals("default VPC security group", group.description());
        var ingress = group.ipPermissions().getFirst();
        assertEquals("-1", ingress.ipProtocol());
        assertEquals(null, ingress.fromPort());
        assertEquals(
                ids.securityGroupId(), ingress.userIdGroupPairs().getFirst().groupId());
        assertEquals(
                "0.0.0.0/0",
                group.ipPermissionsEgress().getFirst().ipRanges().getFirst().cidrIp());
        var rules = cloud.call(
                        DescribeSecurityGroupRulesResponse.class,
                        DescribeSecurityGroupRulesRequest.builder()
                                .filters(filter("group-id", ids.securityGroupId()))
                                .build())
                .securityGroupRules();
        assertTrue(rules.stream().anyMatch(rule -> rule.securityGroupRuleId().equals(ids.id("sgr-", "ingress-rule"))));
        assertEquals(2, rules.size());
        assertEquals(
                "CannotDelete",
                cloud.refusal(DeleteSecurityGroupRequest.builder()
                        .groupId(ids.securityGroupId())
                        .build()));
    }

    @Test
    void aGroupIsMadeWithTheDefaultEgressRuleAndDeleted() {
        var id = make("web");
        var group = read(id);
        assertEquals(0, group.ipPermissions().size());
        assertEquals(1, group.ipPermissionsEgress().size());
        assertEquals("arn:aws:ec2:us-east-1:" + ALICE + ":security-group/" + id, group.securityGroupArn());
        assertEquals(id, groups(r -> r.groupNames("web")).getFirst().groupId());
        assertEquals("InvalidGroup.Duplicate", cloud.refusal(named("web")));
        assertEquals("InvalidGroup.Reserved", cloud.refusal(named("default")));
        assertEquals("InvalidParameterValue", cloud.refusal(named("sg-web")));
        assertEquals("InvalidParameterValue", cloud.refusal(named("wéb")));
        assertEquals(
                "InvalidGroup.NotFound",
                cloud.refusal(
                        BOB,
                        DescribeSecurityGroupsRequest.builder().groupIds(id).build()));
        assertEquals(
                id,
                cloud.call(
                                DeleteSecurityGroupResponse.class,
                                DeleteSecurityGroupRequest.builder()
                                        .groupName("web")
                                        .build())
                        .groupId());
        assertEquals(
                "InvalidGroup.NotFound",
                cloud.refusal(
                        DescribeSecurityGroupsRequest.builder().groupIds(id).build()));
        assertEquals(
                "InvalidGroupId.Malformed",
                cloud.refusal(
                        DescribeSecurityGroupsRequest.builder().groupIds("web").build()));
    }

    private static CreateSecurityGroupRequest named(String name) {
        return CreateSecurityGroupRequest.builder()
                .groupName(name)
                .description("d")
                .build();
    }

    @Test
    void rulesOfEveryKindAreMadeShownAndTakenBack() {
        var other = make("other");
        var id = make("web");
        var rules = allow(
                id,
                tcp(22, "0.0.0.0/0", "10.1.2.3/8"),
                IpPermission.builder()
                        .ipProtocol("17")
                        .fromPort(53)
                        .toPort(60)
                        .ipv6Ranges(r -> r.cidrIpv6("fd00:0::/8").description("v6"))
                        .build(),
                IpPermission.builder()
                        .ipProtocol("icmp")
                        .fromPort(8)
                        .toPort(-1)
                        .userIdGroupPairs(p -> p.groupName("other"))
                        .build(),
                IpPermission.builder()
                        .ipProtocol("50")
                        .fromPort(7)
                        .toPort(9)
                        .userIdGroupPairs(p -> p.groupId(id))
                        .build());
        assertEquals(5, rules.size());
        assertTrue(rules.stream().allMatch(rule -> rule.securityGroupRuleId().startsWith("sgr-")));
        var shown = read(id).ipPermissions();
        var ssh = shown.stream()
                .filter(each -> each.ipProtocol().equals("tcp"))
                .findFirst()
                .orElseThrow();
        // Written as the range that it means.
        assertTrue(ssh.ipRanges().stream().anyMatch(range -> range.cidrIp().equals("10.0.0.0/8")));
        assertEquals(2, ssh.ipRanges().size());
        var esp = shown.stream()
                .filter(each -> each.ipProtocol().equals("50"))
                .findFirst()
                .orElseThrow();
        assertEquals(null, esp.fromPort());
        assertEquals(
                1,
                groups(r -> r.filters(filter("ip-permission.group-id", other))).size());
        assertEquals(
                1,
                groups(r -> r.filters(filter("ip-permission.from-port", "53"))).size());
        assertEquals(
                1,
                groups(r -> r.filters(filter("ip-permission.ipv6-cidr", "fd00::/8")))
                        .size());

        assertEquals("InvalidPermission.Duplicate", cloud.refusal(ingress(id, tcp(22, "10.0.0.0/8"))));
        assertEquals("InvalidParameterValue", cloud.refusal(ingress(id, tcp(23, "10.0.0.0/8", "10.0.0.1/8"))));
        assertEquals(
                "DependencyViolation",
                cloud.refusal(
                        DeleteSecurityGroupRequest.builder().groupId(other).build()));
        var revoked = cloud.call(
                RevokeSecurityGroupIngressResponse.class,
                RevokeSecurityGroupIngressRequest.builder()
                        .groupId(id)
                        .securityGroupRuleIds(rules.stream()
                                .map(SecurityGroupRule::securityGroupRuleId)
                                .toList())
                        .build());
        assertEquals(5, revoked.revokedSecurityGroupRules().size());
        assertEquals(0, read(id).ipPermissions().size());
        cloud.call(
                DeleteSecurityGroupResponse.class,
                DeleteSecurityGroupRequest.builder().groupId(other).build());
    }

    /** What terraform does with every group that it makes. */
    @Test
    void theDefaultEgressRuleIsRevokedAndOneThatIsNotThereRefused() {
        var id = make("web");
        var everything = IpPermission.builder().ipProtocol("-1");
        cloud.call(
                RevokeSecurityGroupEgressResponse.class,
                RevokeSecurityGroupEgressRequest.builder()
                        .groupId(id)
                        .ipPermissions(
                                everything.ipRanges(r -> r.cidrIp("0.0.0.0/0")).build())
                        .build());
        assertEquals(0, read(id).ipPermissionsEgress().size());
        assertEquals(
                "InvalidPermission.NotFound",
                cloud.refusal(RevokeSecurityGroupEgressRequest.builder()
                        .groupId(id)
                        .ipPermissions(IpPermission.builder()
                                .ipProtocol("-1")
                                .ipv6Ranges(r -> r.cidrIpv6("::/0"))
                                .build())
                        .build()));
    }

    @ParameterizedTest
    @CsvSource({
        "tcp,,,InvalidParameterValue",
        "tcp,90,80,InvalidParameterValue",
        "tcp,0,70000,InvalidParameterValue",
        "icmp,-1,3,InvalidParameterValue",
        "icmp,256,0,InvalidParameterValue",
        "300,1,1,InvalidParameterValue",
        "nonsense,1,1,InvalidParameterValue",
        ",1,1,MissingParameter",
    })
    void badPortsAreRefused(String protocol, Integer from, Integer to, String code) {
        var id = make("web");
        assertEquals(
                code,
                cloud.refusal(ingress(
                        id,
                        IpPermission.builder()
                                .ipProtocol(protocol)
                                .fromPort(from)
                                .toPort(to)
                                .ipRanges(r -> r.cidrIp("10.0.0.0/8"))
                                .build())));
        assertEquals(0, read(id).ipPermissions().size());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/33,InvalidParameterValue",
        "fd00::/8,InvalidParameterValue",
        "10.0.0.0,InvalidParameterValue",
    })
    void badRangesAreRefused(String range, String code) {
        assertEquals(code, cloud.refusal(ingress(make("web"), tcp(80, range))));
    }

    @Test
    void limitsHoldForEachFamilyAndNothingIsHalfDone() {
        var id = make("web");
        var five = IntStream.range(0, 5).mapToObj(i -> "10." + i + ".0.0/16").toArray(String[]::new);
        allow(id, tcp(80, five));
        assertEquals("RulesPerSecurityGroupLimitExceeded", cloud.refusal(ingress(id, tcp(80, "11.0.0.0/8"))));
        allow(
                id,
                IpPermission.builder()
                        .ipProtocol("tcp")
                        .fromPort(80)
                        .toPort(80)
                        .ipv6Ranges(r -> r.cidrIpv6("::/0"))
                        .build());
        assertEquals("InvalidPermission.Duplicate", cloud.refusal(ingress(id, tcp(81, "11.0.0.0/8"), tcp(80, five))));
        assertEquals(1, read(id).ipPermissions().size());
    }

    @Test
    void rulesAreChangedDescribedAndTagged() {
        var id = make("web");
        var made = cloud.call(
                AuthorizeSecurityGroupIngressResponse.class,
                ingress(id, tcp(80, "10.0.0.0/8"), tcp(443, "10.0.0.0/8")).toBuilder()
                        .tagSpecifications(t -> t.resourceType("security-group-rule")
                                .tags(Tag.builder().key("a").value("b").build()))
                        .build());
        var first = made.securityGroupRules().getFirst().securityGroupRuleId();
        var update = SecurityGroupRuleUpdate.builder().securityGroupRuleId(first);
        cloud.call(
                ModifySecurityGroupRulesResponse.class,
                ModifySecurityGroupRulesRequest.builder()
                        .groupId(id)
                        .securityGroupRules(update.securityGroupRule(r -> r.ipProtocol("udp")
                                        .fromPort(1)
                                        .toPort(2)
                                        .referencedGroupId(id))
                                .build())
                        .build());
        var rules = cloud.call(
                        DescribeSecurityGroupRulesResponse.class,
                        DescribeSecurityGroupRulesRequest.builder()
                                .filters(filter("tag:a", "b"))
                                .build())
                .securityGroupRules();
        assertEquals(2, rules.size());
        var changed = rules.stream()
                .filter(rule -> rule.securityGroupRuleId().equals(first))
                .findFirst()
                .orElseThrow();
        assertEquals("udp", changed.ipProtocol());
        assertEquals(id, changed.referencedGroupInfo().groupId());
        assertEquals(
                "InvalidPermission.Duplicate",
                cloud.refusal(ModifySecurityGroupRulesRequest.builder()
                        .groupId(id)
                        .securityGroupRules(update.securityGroupRule(r -> r.ipProtocol("tcp")
                                        .fromPort(443)
                                        .toPort(443)
                                        .cidrIpv4("10.0.0.0/8"))
                                .build())
                        .build()));
        cloud.call(
                UpdateSecurityGroupRuleDescriptionsIngressResponse.class,
                UpdateSecurityGroupRuleDescriptionsIngressRequest.builder()
                        .groupId(id)
                        .ipPermissions(tcp(443, "10.0.0.0/8").toBuilder()
                                .ipRanges(r -> r.cidrIp("10.0.0.0/8").description("https"))
                                .build())
                        .build());
        assertTrue(read(id).ipPermissions().stream()
                .flatMap(each -> each.ipRanges().stream())
                .anyMatch(range -> "https".equals(range.description())));
        assertEquals(
                "InvalidSecurityGroupRuleId.NotFound",
                cloud.refusal(DescribeSecurityGroupRulesRequest.builder()
                        .securityGroupRuleIds("sgr-00000000000000000")
                        .build()));
    }

    /** If this fails, hosts go on with rules that were taken back. */
    @Test
    void everyChangeOfRulesGivesTheVpcAHigherGeneration() {
        var id = make("web");
        var generations = cloud.bean(VpcGenerations.class);
        var before = DATABASE.call(entities -> generations.since(entities, 0).position());
        allow(id, tcp(80, "10.0.0.0/8"));
        var changes =
                DATABASE.call(entities -> generations.since(entities, before).changes());
        assertEquals(
                List.of(ids.vpcId()),
                changes.stream().map(VpcGenerations.Change::vpcId).toList());
    }

    @Test
    void pagesHoldWhatTheySay() {
        IntStream.range(0, 11).forEach(i -> make("group " + i));
        var first = cloud.call(
                DescribeSecurityGroupsResponse.class,
                DescribeSecurityGroupsRequest.builder().maxResults(7).build());
        assertEquals(7, first.securityGroups().size());
        var second = cloud.call(
                DescribeSecurityGroupsResponse.class,
                DescribeSecurityGroupsRequest.builder()
                        .maxResults(7)
                        .nextToken(first.nextToken())
                        .build());
        assertEquals(5, second.securityGroups().size());
        assertEquals(null, second.nextToken());
    }

    @Test
    void prefixListsAreReferredToAndCannotBeDeletedThen() {
        var id = make("web");
        var list = cloud.call(
                        CreateManagedPrefixListResponse.class,
                        CreateManagedPrefixListRequest.builder()
                                .prefixListName("offices")
                                .addressFamily("IPv4")
                                .maxEntries(3)
                                .entries(AddPrefixListEntry.builder()
                                        .cidr("192.0.2.0/24")
                                        .description("one")
                                        .build())
                                .build())
                .prefixList();
        assertEquals(1, list.version());
        var byList = IpPermission.builder()
                .ipProtocol("tcp")
                .fromPort(22)
                .toPort(22)
                .prefixListIds(p -> p.prefixListId(list.prefixListId()))
                .build();
        allow(id, byList);
        assertEquals(
                "DependencyViolation",
                cloud.refusal(DeleteManagedPrefixListRequest.builder()
                        .prefixListId(list.prefixListId())
                        .build()));
        // It counts for three of five, in both families.
        assertEquals(
                "RulesPerSecurityGroupLimitExceeded",
                cloud.refusal(ingress(id, tcp(80, "10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8"))));
        var changed = cloud.call(
                        ModifyManagedPrefixListResponse.class,
                        ModifyManagedPrefixListRequest.builder()
                                .prefixListId(list.prefixListId())
                                .currentVersion(1L)
                                .addEntries(AddPrefixListEntry.builder()
                                        .cidr("198.51.100.0/24")
                                        .build())
                                .removeEntries(RemovePrefixListEntry.builder()
                                        .cidr("192.0.2.0/24")
                                        .build())
                                .build())
                .prefixList();
        assertEquals(2, changed.version());
        assertEquals(List.of("198.51.100.0/24"), entries(list.prefixListId(), null));
        assertEquals(List.of("192.0.2.0/24"), entries(list.prefixListId(), 1L));
        cloud.call(
                RestoreManagedPrefixListVersionResponse.class,
                RestoreManagedPrefixListVersionRequest.builder()
                        .prefixListId(list.prefixListId())
                        .previousVersion(1L)
                        .currentVersion(2L)
                        .build());
        assertEquals(List.of("192.0.2.0/24"), entries(list.prefixListId(), null));
        assertEquals(
                "PrefixListVersionMismatch",
                cloud.refusal(ModifyManagedPrefixListRequest.builder()
                        .prefixListId(list.prefixListId())
                        .currentVersion(1L)
                        .addEntries(
                                AddPrefixListEntry.builder().cidr("10.0.0.0/8").build())
                        .build()));
        assertEquals(
                id,
                cloud.call(
                                GetManagedPrefixListAssociationsResponse.class,
                                GetManagedPrefixListAssociationsRequest.builder()
                                        .prefixListId(list.prefixListId())
                                        .build())
                        .prefixListAssociations()
                        .getFirst()
                        .resourceId());
    }

    private List<String> entries(String list, @org.jspecify.annotations.Nullable Long version) {
        return cloud
                .call(
                        GetManagedPrefixListEntriesResponse.class,
                        GetManagedPrefixListEntriesRequest.builder()
                                .prefixListId(list)
                                .targetVersion(version)
                                .build())
                .entries()
                .stream()
                .map(PrefixListEntry::cidr)
                .toList();
    }
}
