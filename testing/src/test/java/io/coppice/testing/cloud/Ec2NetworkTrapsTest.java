package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleRequest;

/**
 * If this failed, a tool that makes networks would leave some behind, or wait for ever: it goes by the codes of what may not
 * be deleted yet, and by the ids of rules. See {@link Ec2RequestTrapsTest} for the list of the traps.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class Ec2NetworkTrapsTest {
    private static final IpPermission EVERYTHING_OUT = IpPermission.builder()
            .ipProtocol("-1")
            .ipRanges(range -> range.cidrIp("0.0.0.0/0"))
            .build();

    private final ApiUnderTest api;
    private final Ec2Client ec2;
    /** Removes what a test has made, the newest first. */
    private final Deque<Executable> leavings = new ArrayDeque<>();

    Ec2NetworkTrapsTest(ApiUnderTest api) {
        this.api = api;
        this.ec2 = api.ec2();
    }

    @AfterEach
    void leaveNothing() throws Throwable {
        try {
            while (!leavings.isEmpty()) {
                leavings.pop().execute();
            }
        } finally {
            ec2.close();
        }
    }

    private String vpc() {
        var id = ec2.createVpc(request -> request.cidrBlock("10.77.0.0/16"))
                .vpc()
                .vpcId();
        leavings.push(() -> ec2.deleteVpc(request -> request.vpcId(id)));
        return id;
    }

    private String subnet(String vpc) {
        var id = ec2.createSubnet(request -> request.vpcId(vpc).cidrBlock("10.77.1.0/24"))
                .subnet()
                .subnetId();
        leavings.push(() -> ec2.deleteSubnet(request -> request.subnetId(id)));
        return id;
    }

    private String group(String vpc) {
        var id = ec2.createSecurityGroup(
                        request -> request.vpcId(vpc).groupName("web").description("web servers"))
                .groupId();
        leavings.push(() -> ec2.deleteSecurityGroup(request -> request.groupId(id)));
        return id;
    }

    private String face(String subnet, String group) {
        var id = ec2.createNetworkInterface(request -> request.subnetId(subnet).groups(group))
                .networkInterface()
                .networkInterfaceId();
        leavings.push(() -> ec2.deleteNetworkInterface(request -> request.networkInterfaceId(id)));
        return id;
    }

    @Test
    void trap5TheRuleForEverythingOutIsThereAndRevokedOnce() {
        var group = group(vpc());
        var out = ec2.describeSecurityGroups(request -> request.groupIds(group))
                .securityGroups()
                .getFirst()
                .ipPermissionsEgress();
        assertEquals("-1", out.getFirst().ipProtocol());
        assertEquals("0.0.0.0/0", out.getFirst().ipRanges().getFirst().cidrIp());
        ec2.revokeSecurityGroupEgress(request -> request.groupId(group).ipPermissions(EVERYTHING_OUT));
        refused(
                "InvalidPermission.NotFound",
                () -> ec2.revokeSecurityGroupEgress(
                        request -> request.groupId(group).ipPermissions(EVERYTHING_OUT)));
    }

    @Test
    void trap18WhatIsInUseIsNotDeleted() {
        var vpc = vpc();
        var subnet = subnet(vpc);
        refused("DependencyViolation", () -> ec2.deleteVpc(request -> request.vpcId(vpc)));
        var group = group(vpc);
        face(subnet, group);
        refused("DependencyViolation", () -> ec2.deleteSubnet(request -> request.subnetId(subnet)));
        refused("DependencyViolation", () -> ec2.deleteSecurityGroup(request -> request.groupId(group)));
        var table =
                ec2.createRouteTable(request -> request.vpcId(vpc)).routeTable().routeTableId();
        leavings.push(() -> ec2.deleteRouteTable(request -> request.routeTableId(table)));
        var association = ec2.associateRouteTable(
                        request -> request.routeTableId(table).subnetId(subnet))
                .associationId();
        leavings.push(() -> ec2.disassociateRouteTable(request -> request.associationId(association)));
        refused("DependencyViolation", () -> ec2.deleteRouteTable(request -> request.routeTableId(table)));
    }

    @Test
    void trap18OptionsAndGatewaysOfAVpcStayWithIt() {
        var vpc = vpc();
        var before = ec2.describeVpcs(request -> request.vpcIds(vpc))
                .vpcs()
                .getFirst()
                .dhcpOptionsId();
        var options = ec2.createDhcpOptions(request -> request.dhcpConfigurations(
                        option -> option.key("domain-name").values("example.internal")))
                .dhcpOptions()
                .dhcpOptionsId();
        leavings.push(() -> ec2.deleteDhcpOptions(request -> request.dhcpOptionsId(options)));
        ec2.associateDhcpOptions(request -> request.vpcId(vpc).dhcpOptionsId(options));
        leavings.push(
                () -> ec2.associateDhcpOptions(request -> request.vpcId(vpc).dhcpOptionsId(before)));
        refused("DependencyViolation", () -> ec2.deleteDhcpOptions(request -> request.dhcpOptionsId(options)));
        var gateway = ec2.createInternetGateway().internetGateway().internetGatewayId();
        leavings.push(() -> ec2.deleteInternetGateway(request -> request.internetGatewayId(gateway)));
        ec2.attachInternetGateway(request -> request.internetGatewayId(gateway).vpcId(vpc));
        leavings.push(() -> ec2.detachInternetGateway(
                request -> request.internetGatewayId(gateway).vpcId(vpc)));
        refused("DependencyViolation", () -> ec2.deleteInternetGateway(request -> request.internetGatewayId(gateway)));
        refused("DependencyViolation", () -> ec2.deleteVpc(request -> request.vpcId(vpc)));
    }

    @Test
    void trap21RulesHaveIdsAndDescriptions() {
        var group = group(vpc());
        var made = ec2.authorizeSecurityGroupIngress(
                        request -> request.groupId(group).ipPermissions(rule -> rule.ipProtocol("tcp")
                                .fromPort(22)
                                .toPort(22)
                                .ipRanges(range -> range.cidrIp("192.0.2.0/24").description("office"))))
                .securityGroupRules();
        var id = made.getFirst().securityGroupRuleId();
        assertTrue(id.matches("sgr-[0-9a-f]{17}"), id);
        ec2.modifySecurityGroupRules(
                request -> request.groupId(group).securityGroupRules(change -> change.securityGroupRuleId(id)
                        .securityGroupRule(SecurityGroupRuleRequest.builder()
                                .ipProtocol("tcp")
                                .fromPort(2222)
                                .toPort(2222)
                                .cidrIpv4("192.0.2.0/24")
                                .description("moved")
                                .build())));
        var seen = ec2.describeSecurityGroupRules(request -> request.securityGroupRuleIds(id))
                .securityGroupRules()
                .getFirst();
        assertEquals(List.of(2222, "moved"), List.of(seen.fromPort(), seen.description()));
    }

    @Test
    void trap24SizesAndTargetsAreChecked() {
        var vpc = vpc();
        refused(
                "InvalidSubnet.Range",
                () -> ec2.createSubnet(request -> request.vpcId(vpc).cidrBlock("10.77.1.0/29")));
        var subnet = subnet(vpc);
        var table =
                ec2.createRouteTable(request -> request.vpcId(vpc)).routeTable().routeTableId();
        leavings.push(() -> ec2.deleteRouteTable(request -> request.routeTableId(table)));
        var face = face(subnet, group(vpc));
        ec2.createRoute(request ->
                request.routeTableId(table).destinationCidrBlock("0.0.0.0/0").networkInterfaceId(face));
        refused(
                "InvalidNetworkInterfaceID.NotFound",
                () -> ec2.replaceRoute(request -> request.routeTableId(table)
                        .destinationCidrBlock("0.0.0.0/0")
                        .networkInterfaceId("eni-0123456789abcdef0")));
    }

    @Test
    void trap24AnInstanceEndsWithAnInterfaceThatStays() {
        var vpc = vpc();
        var face = face(subnet(vpc), group(vpc));
        var instance = ec2.runInstances(request -> request.imageId(api.image())
                        .instanceType("m1.small")
                        .minCount(1)
                        .maxCount(1)
                        .networkInterfaces(one -> one.deviceIndex(0).networkInterfaceId(face)))
                .instances()
                .getFirst()
                .instanceId();
        ec2.terminateInstances(request -> request.instanceIds(instance));
        ec2.waiter().waitUntilInstanceTerminated(request -> request.instanceIds(instance));
        assertEquals(
                "available",
                ec2.describeNetworkInterfaces(request -> request.networkInterfaceIds(face))
                        .networkInterfaces()
                        .getFirst()
                        .statusAsString());
    }

    private static void refused(String code, Executable call) {
        var error = assertThrows(Ec2Exception.class, call);
        assertEquals(code, error.awsErrorDetails().errorCode(), error.getMessage());
    }
}
