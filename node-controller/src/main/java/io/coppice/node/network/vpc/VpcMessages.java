package io.coppice.node.network.vpc;

import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.Peering;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks what comes from outside before any of it reaches a packet rule, a device name or a file. Every method throws
 * {@link IllegalArgumentException} that names what is wrong.
 */
public final class VpcMessages {
    private static final Pattern ID = Pattern.compile("[a-z]{2,8}-[0-9a-f]{8,17}");
    private static final Pattern MAC = Pattern.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}");
    private static final Pattern NAME = Pattern.compile("([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.?)*");
    /** Stands for the VPC's own resolver. */
    public static final String AMAZON_DNS = "AmazonProvidedDNS";

    private static final int MAXIMUM_NAME_LENGTH = 253;
    private static final int MAXIMUM_VNI = 16_777_215;
    private static final int MAXIMUM_PROTOCOL = 255;
    private static final long MAXIMUM_MBIT = 1_000_000;
    private static final int MAXIMUM_PORT = 65_535;

    private VpcMessages() {}

    public static void check(Vpc vpc) {
        checkId(vpc.getVpcId());
        if (vpc.getDeleted()) {
            return;
        }
        check(vpc.getCidrBlocksCount() > 0, "a VPC has an IPv4 range");
        vpc.getCidrBlocksList().forEach(Cidr::parse);
        checkOptionalIpv6(vpc.getIpv6CidrBlock());
        vpc.getSubnetsList().forEach(VpcMessages::check);
        vpc.getRouteTablesList().forEach(table -> {
            checkId(table.getRouteTableId());
            table.getRoutesList().forEach(VpcMessages::check);
        });
        vpc.getNetworkAclsList().forEach(acl -> {
            checkId(acl.getNetworkAclId());
            acl.getIngressList().forEach(VpcMessages::check);
            acl.getEgressList().forEach(VpcMessages::check);
        });
        vpc.getSecurityGroupsList().forEach(VpcMessages::check);
        vpc.getNatGatewaysList().forEach(gateway -> {
            checkId(gateway.getNatGatewayId());
            checkId(gateway.getSubnetId());
            Cidr.number(gateway.getPrivateIpv4());
            checkOptionalAddress(gateway.getPublicIpv4());
            checkOptionalAddress(gateway.getNodeAddress());
        });
        vpc.getPeeringsList().forEach(VpcMessages::check);
        var options = vpc.getDhcpOptions();
        checkName(options.getDomainName());
        checkName(vpc.getPrivateDomain());
        options.getNtpServersList().forEach(Cidr::number);
        options.getDomainNameServersList().stream()
                .filter(server -> !server.equals(AMAZON_DNS))
                .forEach(Cidr::number);
    }

    private static void check(Peering peering) {
        checkId(peering.getPeeringId());
        checkId(peering.getPeerVpcId());
        check(peering.getVni() > 0 && peering.getVni() <= MAXIMUM_VNI, "a peering has a segment's number");
        peering.getPeerCidrBlocksList().forEach(VpcMessages::checkRange);
    }

    /** Whether the entry of DHCP options stands for the VPC's own resolver. */
    public static boolean isOwnResolver(String server) {
        return server.equals(AMAZON_DNS);
    }

    /** Whether the text is an IPv4 range; IPv6 ones are known by their colon. */
    public static boolean isIpv4(String range) {
        return range.indexOf(':') < 0;
    }

    private static void check(Subnet subnet) {
        checkId(subnet.getSubnetId());
        Cidr.parse(subnet.getCidrBlock());
        checkOptionalIpv6(subnet.getIpv6CidrBlock());
        check(subnet.getVni() >= 1 && subnet.getVni() <= MAXIMUM_VNI, "a segment's number is 1 to 16777215");
    }

    private static void check(Route route) {
        checkRange(route.getDestination());
    }

    private static void check(SecurityGroup group) {
        checkId(group.getSecurityGroupId());
        group.getIngressList().forEach(VpcMessages::check);
        group.getEgressList().forEach(VpcMessages::check);
    }

    private static void check(SecurityGroupRule rule) {
        checkProtocol(rule.getProtocol(), rule.getFromPort(), rule.getToPort());
        switch (rule.getPeerCase()) {
            case CIDR -> checkRange(rule.getCidr());
            case SECURITY_GROUP_ID -> checkId(rule.getSecurityGroupId());
            case PEER_NOT_SET -> throw new IllegalArgumentException("a rule names its other side");
        }
    }

    private static void check(NetworkAclEntry entry) {
        checkProtocol(entry.getProtocol(), entry.getFromPort(), entry.getToPort());
        checkRange(entry.getCidr());
    }

    public static void check(EndpointLocation location) {
        checkId(location.getNetworkInterfaceId());
        checkId(location.getSubnetId());
        checkMac(location.getMac());
        location.getPrivateIpv4List().forEach(Cidr::number);
        location.getIpv6List().forEach(Ipv6::number);
        location.getSecurityGroupIdsList().forEach(VpcMessages::checkId);
        checkOptionalAddress(location.getNodeAddress());
        checkName(location.getPrivateDnsName());
        checkName(location.getResourceNameA());
        checkName(location.getResourceNameAaaa());
    }

    public static void check(NetworkEndpoint endpoint) {
        check(
                endpoint.getBandwidthMbit() >= 0 && endpoint.getBandwidthMbit() <= MAXIMUM_MBIT,
                "a bandwidth is 0 to %d Mbit/s".formatted(MAXIMUM_MBIT));
        checkId(endpoint.getVpcId());
        checkId(endpoint.getNetworkInterfaceId());
        checkId(endpoint.getSubnetId());
        checkMac(endpoint.getMac());
        addresses(endpoint).forEach(Cidr::number);
        endpoint.getIpv6List().forEach(Ipv6::number);
        endpoint.getSecurityGroupIdsList().forEach(VpcMessages::checkId);
        checkName(endpoint.getPrivateDnsName());
        checkName(endpoint.getHostName());
        checkName(endpoint.getResourceNameA());
        checkName(endpoint.getResourceNameAaaa());
        endpoint.getPublicAddressesList().forEach(address -> {
            Cidr.number(address.getPublicIpv4());
            Cidr.number(address.getPrivateIpv4());
        });
    }

    /** Every private IPv4 address of an interface, the primary one first. */
    static List<String> addresses(NetworkEndpoint endpoint) {
        return endpoint.getSecondaryPrivateIpv4Count() == 0
                ? List.of(endpoint.getPrivateIpv4())
                : Stream.concat(Stream.of(endpoint.getPrivateIpv4()), endpoint.getSecondaryPrivateIpv4List().stream())
                        .toList();
    }

    /** Every IPv6 address of an interface as the kernel writes it: its link-local one, then those assigned; none without these. */
    static List<String> ipv6(String mac, List<String> assigned) {
        return assigned.isEmpty()
                ? List.of()
                : Stream.concat(
                                Stream.of(Ipv6.linkLocal(mac)),
                                assigned.stream().map(Ipv6::canonical))
                        .toList();
    }

    private static void checkProtocol(int protocol, int from, int to) {
        check(protocol >= -1 && protocol <= MAXIMUM_PROTOCOL, "a protocol's number is -1 to 255");
        check(from >= -1 && from <= MAXIMUM_PORT && to >= -1 && to <= MAXIMUM_PORT, "a port is -1 to 65535");
    }

    private static void checkRange(String range) {
        if (isIpv4(range)) {
            Cidr.parse(range);
        } else {
            Ipv6.parse(range);
        }
    }

    private static void checkOptionalIpv6(String range) {
        if (!range.isEmpty()) {
            Ipv6.parse(range);
        }
    }

    private static void checkOptionalAddress(String address) {
        if (!address.isEmpty()) {
            Cidr.number(address);
        }
    }

    private static void checkId(String id) {
        check(ID.matcher(id).matches(), "\"" + id + "\" is not an id");
    }

    private static void checkMac(String mac) {
        check(MAC.matcher(mac).matches(), "\"" + mac + "\" is not a MAC address");
    }

    private static void checkName(String name) {
        check(
                name.length() <= MAXIMUM_NAME_LENGTH && NAME.matcher(name).matches(),
                "\"" + name + "\" is not a host name");
    }

    private static void check(boolean right, String message) {
        if (!right) {
            throw new IllegalArgumentException(message);
        }
    }
}
