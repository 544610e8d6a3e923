package io.coppice.cloud.network.routetable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationResponse;
import software.amazon.awssdk.services.ec2.model.RouteTable;

/** If this fails, packets go where nobody sent them, or tools cannot undo what they made. */
class RouteTableActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();
    private static final String DEFAULT_ROUTE = "0.0.0.0/0";

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of("coppice.vpc.max-routes", "3"));
    private String vpc = "";
    private String subnet = "";
    private String gateway = "";
    private String table = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void network() {
        DATABASE.truncate(NetworkFixture.TABLES);
        vpc = vpc("10.0.0.0/16");
        subnet = subnet(vpc, "10.0.1.0/24");
        gateway = cloud.call(
                        CreateInternetGatewayResponse.class,
                        CreateInternetGatewayRequest.builder().build())
                .internetGateway()
                .internetGatewayId();
        table = table(vpc);
    }

    private String vpc(String cidr) {
        return cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock(cidr).build())
                .vpc()
                .vpcId();
    }

    private String subnet(String inVpc, String cidr) {
        return cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder()
                                .vpcId(inVpc)
                                .cidrBlock(cidr)
                                .build())
                .subnet()
                .subnetId();
    }

    private String table(String inVpc) {
        return cloud.call(
                        CreateRouteTableResponse.class,
                        CreateRouteTableRequest.builder().vpcId(inVpc).build())
                .routeTable()
                .routeTableId();
    }

    private void attach(String toVpc) {
        cloud.call(
                AttachInternetGatewayResponse.class,
                AttachInternetGatewayRequest.builder()
                        .internetGatewayId(gateway)
                        .vpcId(toVpc)
                        .build());
    }

    private CreateRouteRequest.Builder route(String destination) {
        return CreateRouteRequest.builder().routeTableId(table).destinationCidrBlock(destination);
    }

    private RouteTable described(String id) {
        return cloud.call(
                        DescribeRouteTablesResponse.class,
                        DescribeRouteTablesRequest.builder().routeTableIds(id).build())
                .routeTables()
                .getFirst();
    }

    private RouteTable main(String ofVpc) {
        return cloud.call(
                        DescribeRouteTablesResponse.class,
                        DescribeRouteTablesRequest.builder()
                                .filters(filter("vpc-id", ofVpc), filter("association.main", "true"))
                                .build())
                .routeTables()
                .getFirst();
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    private String states() {
        return described(table).routes().stream()
                .map(each -> each.destinationCidrBlock() + " " + each.gatewayId() + " " + each.stateAsString())
                .toList()
                .toString();
    }

    @Test
    void aRouteToAGatewayIsABlackHoleWhileTheGatewayIsAway() {
        var create = route(DEFAULT_ROUTE).gatewayId(gateway).build();
        assertEquals("InvalidParameterValue", cloud.refusal(create));
        attach(vpc);
        assertTrue(cloud.call(CreateRouteResponse.class, create).returnValue());
        assertEquals("RouteAlreadyExists", cloud.refusal(create));
        assertEquals("[10.0.0.0/16 local active, 0.0.0.0/0 " + gateway + " active]", states());
        var detach = DetachInternetGatewayRequest.builder()
                .internetGatewayId(gateway)
                .vpcId(vpc)
                .build();
        cloud.call(DetachInternetGatewayResponse.class, detach);
        assertEquals("Gateway.NotAttached", cloud.refusal(detach));
        assertEquals("[10.0.0.0/16 local active, 0.0.0.0/0 " + gateway + " blackhole]", states());
        attach(vpc("10.9.0.0/16"));
        assertEquals("[10.0.0.0/16 local active, 0.0.0.0/0 " + gateway + " blackhole]", states());
        var delete = DeleteRouteRequest.builder()
                .routeTableId(table)
                .destinationCidrBlock(DEFAULT_ROUTE)
                .build();
        cloud.call(DeleteRouteResponse.class, delete);
        assertEquals("InvalidRoute.NotFound", cloud.refusal(delete));
        assertEquals("[10.0.0.0/16 local active]", states());
    }

    @Test
    void badRoutesAreRefused() {
        attach(vpc);
        assertEquals("MissingParameter", cloud.refusal(route(DEFAULT_ROUTE).build()));
        assertEquals(
                "InvalidParameterCombination",
                cloud.refusal(route(DEFAULT_ROUTE)
                        .gatewayId(gateway)
                        .instanceId("i-00000000000000001")
                        .build()));
        assertEquals(
                "InvalidGatewayID.NotFound",
                cloud.refusal(
                        route(DEFAULT_ROUTE).gatewayId("igw-00000000000000001").build()));
        assertEquals(
                "NatGatewayNotFound",
                cloud.refusal(route(DEFAULT_ROUTE)
                        .natGatewayId("nat-00000000000000001")
                        .build()));
        assertEquals(
                "InvalidVpcPeeringConnectionID.NotFound",
                cloud.refusal(route(DEFAULT_ROUTE)
                        .vpcPeeringConnectionId("pcx-00000000000000001")
                        .build()));
        assertEquals(
                "InvalidNetworkInterfaceID.NotFound",
                cloud.refusal(route(DEFAULT_ROUTE)
                        .networkInterfaceId("eni-00000000000000001")
                        .build()));
        assertEquals(
                "InvalidInstanceID.NotFound",
                cloud.refusal(
                        route(DEFAULT_ROUTE).instanceId("i-00000000000000001").build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(route("10.0.1.0/24").gatewayId(gateway).build()));
        assertEquals(
                "RouteAlreadyExists",
                cloud.refusal(route("10.0.0.0/16").gatewayId(gateway).build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(route("0.0.0.0").gatewayId(gateway).build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(DeleteRouteRequest.builder()
                        .routeTableId(table)
                        .destinationCidrBlock("10.0.0.0/16")
                        .build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(ReplaceRouteRequest.builder()
                        .routeTableId(table)
                        .destinationCidrBlock(DEFAULT_ROUTE)
                        .gatewayId(gateway)
                        .build()));
        for (var third = 1; third <= 3; third++) {
            cloud.call(
                    CreateRouteResponse.class,
                    route("10." + third + ".0.0/16").gatewayId(gateway).build());
        }
        assertEquals(
                "RouteLimitExceeded",
                cloud.refusal(route("10.4.0.0/16").gatewayId(gateway).build()));
    }

    @Test
    void subnetsAreGivenTablesAndGoBackToTheMainOne() {
        var associate = AssociateRouteTableRequest.builder()
                .routeTableId(table)
                .subnetId(subnet)
                .build();
        var association =
                cloud.call(AssociateRouteTableResponse.class, associate).associationId();
        assertEquals(
                association,
                cloud.call(AssociateRouteTableResponse.class, associate).associationId());
        var other = table(vpc);
        assertEquals(
                "Resource.AlreadyAssociated",
                cloud.refusal(associate.toBuilder().routeTableId(other).build()));
        assertEquals("DependencyViolation", cloud.refusal(delete(table)));
        var replaced = cloud.call(
                        ReplaceRouteTableAssociationResponse.class,
                        ReplaceRouteTableAssociationRequest.builder()
                                .associationId(association)
                                .routeTableId(other)
                                .build())
                .newAssociationId();
        assertEquals(subnet, described(other).associations().getFirst().subnetId());
        cloud.call(DeleteRouteTableResponse.class, delete(table));
        assertEquals("InvalidRouteTableID.NotFound", cloud.refusal(delete(table)));
        assertEquals("InvalidAssociationID.NotFound", cloud.refusal(disassociate(association)));
        cloud.call(DisassociateRouteTableResponse.class, disassociate(replaced));
        assertEquals(List.of(), described(other).associations());
        assertEquals("DependencyViolation", cloud.refusal(delete(main(vpc).routeTableId())));
        assertEquals("InvalidRouteTableID.NotFound", cloud.refusal(TestRequests.BOB, delete(other)));
    }

    private static DisassociateRouteTableRequest disassociate(String association) {
        return DisassociateRouteTableRequest.builder()
                .associationId(association)
                .build();
    }

    private static DeleteRouteTableRequest delete(String id) {
        return DeleteRouteTableRequest.builder().routeTableId(id).build();
    }

    @Test
    void anotherTableBecomesTheMainOne() {
        var before = main(vpc);
        var association = before.associations().getFirst().routeTableAssociationId();
        assertEquals("InvalidParameterValue", cloud.refusal(disassociate(association)));
        var elsewhere = table(vpc("10.9.0.0/16"));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(ReplaceRouteTableAssociationRequest.builder()
                        .associationId(association)
                        .routeTableId(elsewhere)
                        .build()));
        cloud.call(
                ReplaceRouteTableAssociationResponse.class,
                ReplaceRouteTableAssociationRequest.builder()
                        .associationId(association)
                        .routeTableId(table)
                        .build());
        assertEquals(table, main(vpc).routeTableId());
        cloud.call(DeleteRouteTableResponse.class, delete(before.routeTableId()));
    }

    @Test
    void theSameClientTokenMakesOneTable() {
        var create =
                CreateRouteTableRequest.builder().vpcId(vpc).clientToken("once").build();
        var first = cloud.call(CreateRouteTableResponse.class, create).routeTable();
        assertEquals(first, cloud.call(CreateRouteTableResponse.class, create).routeTable());
        assertEquals(
                "IdempotentParameterMismatch",
                cloud.refusal(create.toBuilder().vpcId(vpc("10.8.0.0/16")).build()));
    }
}
