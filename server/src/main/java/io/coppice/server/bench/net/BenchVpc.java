package io.coppice.server.bench.net;

import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;

/** The VPC of the bench: one subnet with a way out, and a group whose members reach each other and are reached by TCP. */
final class BenchVpc {
    static final String ID = "vpc-0000000000000be9c";

    private static final String SUBNET = "subnet-0000000000000be9c";
    private static final String GROUP = "sg-0000000000000be9c";
    private static final String TABLE = "rtb-0000000000000be9c";
    private static final String ACL = "acl-0000000000000be9c";
    private static final String RANGE = "10.0.0.0/16";
    private static final String ANYWHERE = "0.0.0.0/0";
    private static final int TCP = 6;
    private static final int ANY = -1;
    private static final int SEGMENT = 4_000;

    private BenchVpc() {}

    static Vpc make() {
        var everything = NetworkAclEntry.newBuilder()
                .setRuleNumber(100)
                .setAllow(true)
                .setProtocol(ANY)
                .setFromPort(ANY)
                .setToPort(ANY)
                .setCidr(ANYWHERE);
        return Vpc.newBuilder()
                .setVpcId(ID)
                .setGeneration(1)
                .setAccountId("000000000001")
                .addCidrBlocks(RANGE)
                .setVni(SEGMENT)
                .setDnsSupport(true)
                .setPrivateDomain("us-east-1.internal")
                .addSubnets(Subnet.newBuilder()
                        .setSubnetId(SUBNET)
                        .setCidrBlock(RANGE)
                        .setZone("us-east-1a")
                        .setVni(SEGMENT + 1)
                        .setRouteTableId(TABLE)
                        .setNetworkAclId(ACL))
                .addRouteTables(RouteTable.newBuilder()
                        .setRouteTableId(TABLE)
                        .addRoutes(Route.newBuilder()
                                .setDestination(ANYWHERE)
                                .setInternetGatewayId("igw-0000000000000be9c")))
                .addNetworkAcls(NetworkAcl.newBuilder()
                        .setNetworkAclId(ACL)
                        .addIngress(everything)
                        .addEgress(everything))
                .addSecurityGroups(SecurityGroup.newBuilder()
                        .setSecurityGroupId(GROUP)
                        .addIngress(rule(ANY, ANY).setSecurityGroupId(GROUP))
                        .addIngress(rule(TCP, 5001).setCidr(ANYWHERE))
                        .addEgress(rule(ANY, ANY).setCidr(ANYWHERE)))
                .build();
    }

    private static SecurityGroupRule.Builder rule(int protocol, int port) {
        return SecurityGroupRule.newBuilder()
                .setProtocol(protocol)
                .setFromPort(port)
                .setToPort(port);
    }

    /**
     * An interface.
     *
     * @param number makes its address, 1 to 65,000
     */
    static NetworkEndpoint endpoint(int number) {
        var address = "10.0.%d.%d".formatted(1 + number / 250, 1 + number % 250);
        return NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId("eni-%017x".formatted(number))
                .setMac("02:00:00:00:%02x:%02x".formatted(number >> 8, number & 255))
                .setPrivateIpv4(address)
                .setSubnetId(SUBNET)
                .setSubnetCidrBlock(RANGE)
                .setVpcId(ID)
                .addVpcCidrBlocks(RANGE)
                .addSecurityGroupIds(GROUP)
                .setPrivateDnsName("ip-%s.us-east-1.internal".formatted(address.replace('.', '-')))
                .setSourceDestCheck(true)
                .build();
    }

    /** The same interface with a public address. */
    static NetworkEndpoint withPublic(NetworkEndpoint endpoint, String address) {
        return endpoint.toBuilder()
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(address).setPrivateIpv4(endpoint.getPrivateIpv4()))
                .build();
    }
}
