package io.coppice.cloud.network.natgateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.NetworkSteps;
import io.coppice.cloud.network.compile.VpcChanges;
import io.coppice.cloud.store.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AllocateAddressResponse;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.NatGateway;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressResponse;

/** If this fails, a NAT gateway is said to work that no host has, or its address is given to somebody else. */
class NatGatewayActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of("coppice.vpc.max-nat-gateways", "2"));
    private final NetworkSteps steps = new NetworkSteps(cloud);
    private String vpc = "";
    private String subnet = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void network() {
        DATABASE.truncate(NetworkFixture.TABLES);
        vpc = steps.vpc("10.0.0.0/16");
        subnet = steps.subnet(vpc, "10.0.1.0/28");
    }

    private CreateNatGatewayRequest.Builder wanted() {
        return CreateNatGatewayRequest.builder().subnetId(subnet).connectivityType("private");
    }

    private NatGateway create() {
        return cloud.call(CreateNatGatewayResponse.class, wanted().build()).natGateway();
    }

    private NatGateway described(NetworkFixture in, String id) {
        return in.call(
                        DescribeNatGatewaysResponse.class,
                        DescribeNatGatewaysRequest.builder().natGatewayIds(id).build())
                .natGateways()
                .getFirst();
    }

    private int free() {
        return cloud.call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder().subnetIds(subnet).build())
                .subnets()
                .getFirst()
                .availableIpAddressCount();
    }

    @Test
    void itIsWhatHostsReport() {
        var made = create();
        assertEquals("pending", made.stateAsString());
        assertEquals("10.0.1.4", made.natGatewayAddresses().getFirst().privateIp());
        assertEquals(10, free());
        var id = made.natGatewayId();
        var table = steps.routeTable(vpc);
        steps.route(CreateRouteRequest.builder()
                .routeTableId(table)
                .destinationCidrBlock("0.0.0.0/0")
                .natGatewayId(id)
                .build());
        DATABASE.run(entities -> cloud.bean(NatGateways.class).carried(entities, id));
        assertEquals("available", described(cloud, id).stateAsString());
        var deleteSubnet = DeleteSubnetRequest.builder().subnetId(subnet).build();
        assertEquals("DependencyViolation", cloud.refusal(deleteSubnet));
        var delete = DeleteNatGatewayRequest.builder().natGatewayId(id).build();
        cloud.call(DeleteNatGatewayResponse.class, delete);
        assertEquals("deleting", described(cloud, id).stateAsString());
        assertEquals("DependencyViolation", cloud.refusal(deleteSubnet));
        DATABASE.run(entities -> cloud.bean(NatGateways.class).stopped(entities, id));
        assertEquals("deleted", described(cloud, id).stateAsString());
        assertEquals(
                List.of("local", "blackhole"),
                cloud
                        .call(
                                DescribeRouteTablesResponse.class,
                                DescribeRouteTablesRequest.builder()
                                        .routeTableIds(table)
                                        .build())
                        .routeTables()
                        .getFirst()
                        .routes()
                        .stream()
                        .map(route -> route.gatewayId() == null ? route.stateAsString() : route.gatewayId())
                        .toList());
        assertEquals(11, free());
        cloud.call(DeleteSubnetResponse.class, deleteSubnet);
    }

    @Test
    void aPublicOneIsThereWhenTheZoneHasItAndGoneWhenTheZoneHasItNoMore() {
        steps.gateway(vpc);
        var elastic = cloud.call(
                        AllocateAddressResponse.class,
                        AllocateAddressRequest.builder().domain("vpc").build())
                .allocationId();
        var id = cloud.call(
                        CreateNatGatewayResponse.class,
                        wanted().connectivityType("public")
                                .allocationId(elastic)
                                .build())
                .natGateway()
                .natGatewayId();
        var inner = create().natGatewayId();
        var changes = cloud.bean(VpcChanges.class);
        var before = changes.since(0).vpcs();
        assertEquals("pending", described(cloud, id).stateAsString());
        changes.taken(before);
        assertEquals("available", described(cloud, id).stateAsString());
        var held = cloud.call(
                        DescribeNetworkInterfacesResponse.class,
                        DescribeNetworkInterfacesRequest.builder()
                                .networkInterfaceIds(described(cloud, id)
                                        .natGatewayAddresses()
                                        .getFirst()
                                        .networkInterfaceId())
                                .filters(filter -> filter.name("status").values("in-use"))
                                .build())
                .networkInterfaces()
                .getFirst();
        assertEquals("amazon-aws", held.attachment().instanceOwnerId());
        assertEquals("attached", held.attachment().statusAsString());
        assertEquals("pending", described(cloud, inner).stateAsString(), "no host carries private ones");
        cloud.call(
                DeleteNatGatewayResponse.class,
                DeleteNatGatewayRequest.builder().natGatewayId(id).build());
        changes.taken(before);
        assertEquals("deleting", described(cloud, id).stateAsString(), "the zone may still have it");
        changes.taken(changes.since(0).vpcs());
        assertEquals("deleted", described(cloud, id).stateAsString());
        cloud.call(
                ReleaseAddressResponse.class,
                ReleaseAddressRequest.builder().allocationId(elastic).build());
    }

    @Test
    void oneThatNoHostTakesHasFailedAndOneThatIsGoneIsForgotten() {
        var id = create().natGatewayId();
        var late = new NetworkFixture(DATABASE, Map.of(), Clock.offset(Clock.systemUTC(), Duration.ofMinutes(11)));
        assertEquals("failed", described(late, id).stateAsString());
        assertNull(described(late, id).natGatewayAddresses().getFirst().privateIp());
        var later = new NetworkFixture(DATABASE, Map.of(), Clock.offset(Clock.systemUTC(), Duration.ofHours(2)));
        assertEquals(
                "NatGatewayNotFound",
                later.refusal(
                        DescribeNatGatewaysRequest.builder().natGatewayIds(id).build()));
    }

    @Test
    void badRequestsAreRefused() {
        assertEquals(
                "MissingParameter",
                cloud.refusal(wanted().connectivityType("public").build()));
        assertEquals(
                "InvalidParameterCombination",
                cloud.refusal(
                        wanted().allocationId("eipalloc-00000000000000001").build()));
        assertEquals(
                "InvalidSubnetID.NotFound",
                cloud.refusal(wanted().subnetId("subnet-00000000000000001").build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(wanted().privateIpAddress("10.0.2.4").build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(wanted().privateIpAddress("10.0.1.3").build()));
        create();
        assertEquals(
                "InvalidIPAddress.InUse",
                cloud.refusal(wanted().privateIpAddress("10.0.1.4").build()));
        create();
        assertEquals("NatGatewayLimitExceeded", cloud.refusal(wanted().build()));
    }

    @Test
    void aPublicOneNeedsAnInternetGateway() {
        var failed = cloud.call(
                        CreateNatGatewayResponse.class,
                        wanted().connectivityType("public")
                                .allocationId("eipalloc-00000000000000001")
                                .build())
                .natGateway();
        assertEquals("failed", failed.stateAsString());
        assertEquals("Gateway.NotAttached", failed.failureCode());
        steps.gateway(vpc);
        assertEquals(
                "InvalidAllocationID.NotFound",
                cloud.refusal(wanted().connectivityType("public")
                        .allocationId("eipalloc-00000000000000001")
                        .build()));
    }
}
