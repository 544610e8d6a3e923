package io.coppice.cloud.place;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.front.GoldenAnswers;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SecurityGroupId;
import io.coppice.foundation.id.SubnetId;
import io.coppice.foundation.id.VpcId;
import io.coppice.wire.error.AwsException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;

/** If this fails, clients do not find the network, region or zone to launch into, or terraform cannot read them. */
class PlaceTest {
    private final DefaultNetwork networks = new DefaultNetwork(TestSite.config(), "172.31.0.0/16");
    private final Zones zones = new Zones(TestSite.config());
    private final Pages pages = new Pages(new PageTokens(() -> new byte[32]));
    private final NetworkTags tags = new NetworkTags(new OneTag(), networks);
    private final VpcActions vpcs = new VpcActions(networks, zones, tags, pages);
    private final SecurityGroupActions groups = new SecurityGroupActions(networks, tags, pages);
    private final RoutingActions routing = new RoutingActions(networks, tags, pages);

    /** Everything has the tag Name=it. */
    private static final class OneTag implements Tags {
        @Override
        public void put(AccountId account, String resourceId, String resourceType, Map<String, String> tags) {
            throw new UnsupportedOperationException("nothing here writes tags");
        }

        @Override
        public void putAll(
                AccountId account, Collection<String> resourceIds, String resourceType, Map<String, String> tags) {
            throw new UnsupportedOperationException("nothing here writes tags");
        }

        @Override
        public Map<String, Map<String, String>> of(AccountId account, Collection<String> resourceIds) {
            return resourceIds.stream().collect(Collectors.toMap(id -> id, id -> Map.of("Name", "it")));
        }

        @Override
        public void removeAll(AccountId account, String resourceId) {
            throw new UnsupportedOperationException("nothing here removes tags");
        }
    }

    private static RequestContext by(String action) {
        return TestRequests.by(ALICE, action);
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }

    @Test
    void everyAccountHasIdsOfItsOwnThatNeverChange() {
        var network = networks.of(ALICE);
        assertEquals(network, networks.of(ALICE));
        assertNotEquals(network.vpcId(), networks.of(BOB).vpcId());
        assertEquals(network.vpcId(), new VpcId(network.vpcId()).value());
        assertEquals(network.subnetId(), new SubnetId(network.subnetId()).value());
        assertEquals(network.securityGroupId(), new SecurityGroupId(network.securityGroupId()).value());
    }

    @Test
    void answersAreAsWrittenDown() {
        GoldenAnswers.check(
                "DescribeVpcs",
                vpcs.vpcs(by("DescribeVpcs"), DescribeVpcsRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeSubnets",
                vpcs.subnets(
                        by("DescribeSubnets"), DescribeSubnetsRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeDhcpOptions",
                vpcs.dhcp(
                        by("DescribeDhcpOptions"),
                        DescribeDhcpOptionsRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeSecurityGroups",
                groups.groups(
                        by("DescribeSecurityGroups"),
                        DescribeSecurityGroupsRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeSecurityGroupRules",
                groups.rules(
                        by("DescribeSecurityGroupRules"),
                        DescribeSecurityGroupRulesRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeRouteTables",
                routing.tables(
                        by("DescribeRouteTables"),
                        DescribeRouteTablesRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeInternetGateways",
                routing.gateways(
                        by("DescribeInternetGateways"),
                        DescribeInternetGatewaysRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeNetworkAcls",
                routing.acls(
                        by("DescribeNetworkAcls"),
                        DescribeNetworkAclsRequest.builder().build()));
    }

    private static final PlaceConfig LIMITS = new PlaceConfig() {
        @Override
        public int maxInstances() {
            return 1000;
        }

        @Override
        public int maxElasticIps() {
            return 0;
        }

        @Override
        public int maxSecurityGroupsPerInterface() {
            return 5;
        }
    };

    @Test
    void placesAreAsWrittenDown() {
        var actions = new PlaceActions(zones, networks, LIMITS, zone -> false);
        GoldenAnswers.check(
                "DescribeRegions",
                actions.regions(
                        by("DescribeRegions"), DescribeRegionsRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeAvailabilityZones",
                actions.zones(
                        by("DescribeAvailabilityZones"),
                        DescribeAvailabilityZonesRequest.builder().build()));
        GoldenAnswers.check(
                "DescribeAccountAttributes",
                actions.attributes(
                        by("DescribeAccountAttributes"),
                        DescribeAccountAttributesRequest.builder().build()));
        assertEquals("InvalidZone.NotFound", code(() -> zones.require("us-east-1z")));
    }

    @Test
    void everyZoneIsListedAndOneWhoseControllerIsAwayIsImpaired() {
        var actions = new PlaceActions(TestSite.twoZones(), networks, LIMITS, "us-east-1b"::equals);
        assertEquals(
                List.of("us-east-1a use1-az1 available", "us-east-1b use1-az2 impaired"),
                zones(actions, request -> {}));
        assertEquals(List.of("us-east-1b use1-az2 impaired"), zones(actions, request -> request.zoneIds("use1-az2")));
        assertEquals(
                List.of("us-east-1a use1-az1 available"),
                zones(
                        actions,
                        request -> request.filters(Filter.builder()
                                .name("state")
                                .values("available")
                                .build())));
        assertEquals(
                "InvalidParameterValue",
                code(() -> zones(actions, request -> request.zoneNames("us-east-1a", "us-east-1c"))));
    }

    private static List<String> zones(
            PlaceActions actions, Consumer<DescribeAvailabilityZonesRequest.Builder> changes) {
        var request = DescribeAvailabilityZonesRequest.builder();
        changes.accept(request);
        return actions.zones(by("DescribeAvailabilityZones"), request.build()).availabilityZones().stream()
                .map(zone -> zone.zoneName() + " " + zone.zoneId() + " " + zone.stateAsString())
                .toList();
    }

    /** A zone by a slip of the pen would take what is wanted of another one. */
    @Test
    void zonesThatCannotBeAreRefusedWithTheKeyToCorrect() {
        var flat = TestSite.config();
        var vpc = TestSite.vpc();
        var there = Map.of("us-east-1b", "10.0.0.2:8775");
        assertRefused("coppice.network.mode", () -> new Zones(flat, there, Map.of("us-east-1b", "10.0.0.2:8776")));
        assertRefused("coppice.zones.ebs.us-east-1b", () -> new Zones(vpc, there, Map.of()));
        assertRefused("coppice.zones.cluster.us-east-1b", () -> new Zones(vpc, Map.of(), there));
        assertRefused("same address", () -> new Zones(vpc, there, there));
        assertRefused(
                "name of its own",
                () -> new Zones(vpc, Map.of("us-east-1a", "10.0.0.2:8775"), Map.of("us-east-1a", "10.0.0.2:8776")));
        assertRefused(
                "lower-case", () -> new Zones(vpc, Map.of("B_2", "10.0.0.2:8775"), Map.of("B_2", "10.0.0.2:8776")));
    }

    private static void assertRefused(String words, Executable zones) {
        var message = String.valueOf(
                assertThrows(IllegalArgumentException.class, zones).getMessage());
        assertTrue(message.contains(words), message);
    }

    /** The filters that terraform sends. */
    @Test
    void filtersOfTerraformFind() {
        var network = networks.of(ALICE);
        var inVpc = Filter.builder().name("vpc-id").values(network.vpcId()).build();
        var main = Filter.builder().name("association.main").values("true").build();
        var standard = Filter.builder().name("default").values("true").build();
        var named = Filter.builder().name("group-name").values("default").build();
        assertEquals(
                1,
                routing.tables(
                                by("DescribeRouteTables"),
                                DescribeRouteTablesRequest.builder()
                                        .filters(inVpc, main)
                                        .build())
                        .routeTables()
                        .size());
        assertEquals(
                1,
                routing.acls(
                                by("DescribeNetworkAcls"),
                                DescribeNetworkAclsRequest.builder()
                                        .filters(inVpc, standard)
                                        .build())
                        .networkAcls()
                        .size());
        assertEquals(
                1,
                groups.groups(
                                by("DescribeSecurityGroups"),
                                DescribeSecurityGroupsRequest.builder()
                                        .filters(inVpc, named)
                                        .build())
                        .securityGroups()
                        .size());
    }

    @Test
    void whatOthersHaveDoesNotExistHere() {
        var others = networks.of(BOB);
        assertEquals(
                "InvalidVpcID.NotFound",
                code(() -> vpcs.vpcs(
                        by("DescribeVpcs"),
                        DescribeVpcsRequest.builder().vpcIds(others.vpcId()).build())));
        assertEquals(
                "InvalidSubnetID.NotFound",
                code(() -> vpcs.subnets(
                        by("DescribeSubnets"),
                        DescribeSubnetsRequest.builder()
                                .subnetIds(others.subnetId())
                                .build())));
        assertEquals(
                "InvalidGroup.NotFound",
                code(() -> groups.groups(
                        by("DescribeSecurityGroups"),
                        DescribeSecurityGroupsRequest.builder()
                                .groupNames("web")
                                .build())));
        assertEquals(
                "InvalidVpcID.Malformed",
                code(() -> vpcs.vpcs(
                        by("DescribeVpcs"),
                        DescribeVpcsRequest.builder().vpcIds("nonsense").build())));
        assertTrue(vpcs.attribute(
                        by("DescribeVpcAttribute"),
                        DescribeVpcAttributeRequest.builder()
                                .vpcId(networks.of(ALICE).vpcId())
                                .attribute("enableDnsSupport")
                                .build())
                .enableDnsSupport()
                .value());
    }
}
