package io.coppice.node.network.vpc;

import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Peering;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that one VPC should be on this host at one moment: what all its renderings are made from. Immutable.
 *
 * @param locals interfaces of this host's guests, and of those that are on their way to it
 * @param faces all interfaces that are known, this host's and others', by id
 * @param routerNumber the address on this host that stands for the VPC's router
 * @param mtu bytes of a guest's packet that fit through the tunnels
 */
record VpcView(
        VpcSettings settings,
        String namespace,
        Vpc vpc,
        List<LocalInterface> locals,
        Map<String, Face> faces,
        String routerNumber,
        int mtu) {
    /** The bridge without ports that holds the resolver's and the metadata service's addresses. */
    static final String SERVICES = "b0";

    static final String PUBLIC = "ext0";
    static final String METADATA = "md0";
    static final String METADATA_ADDRESS = "169.254.169.254";
    static final String LINK_RESOLVER = "169.254.169.253";

    static final String METADATA_IPV6 = "fd00:ec2::254";
    static final String RESOLVER_IPV6 = "fd00:ec2::253";

    private static final int RESOLVER_OFFSET = 2;

    static String bridge(Subnet subnet) {
        return "b" + subnet.getVni();
    }

    static String tunnel(Subnet subnet) {
        return "x" + subnet.getVni();
    }

    /** The router's address in the subnet. */
    static String router(Subnet subnet) {
        return Cidr.parse(subnet.getCidrBlock()).address(1);
    }

    /** The router's address by subnet; a subnet that is not known has none. */
    Map<String, String> routers() {
        return vpc.getSubnetsList().stream().collect(Collectors.toMap(Subnet::getSubnetId, VpcView::router));
    }

    /** The router has one hardware address per subnet, on every host the same. */
    static String routerMac(Subnet subnet) {
        return VpcSettings.macOf("router " + subnet.getSubnetId());
    }

    static String mac(NatGateway gateway) {
        return VpcSettings.macOf("nat " + gateway.getNatGatewayId());
    }

    String resolver() {
        return Cidr.parse(vpc.getCidrBlocks(0)).address(RESOLVER_OFFSET);
    }

    /** Subnets that have an interface anywhere; the others need nothing. */
    List<Subnet> subnets() {
        var used = new HashSet<String>();
        faces.values().forEach(face -> used.add(face.subnetId()));
        vpc.getNatGatewaysList().forEach(gateway -> used.add(gateway.getSubnetId()));
        return vpc.getSubnetsList().stream()
                .filter(subnet -> used.contains(subnet.getSubnetId()))
                .toList();
    }

    Map<String, Subnet> subnetsById() {
        return vpc.getSubnetsList().stream().collect(Collectors.toMap(Subnet::getSubnetId, Function.identity()));
    }

    /** NAT gateways that this host carries. */
    List<NatGateway> ownNatGateways() {
        return vpc.getNatGatewaysList().stream()
                .filter(gateway -> gateway.getNodeId().equals(settings.nodeId()))
                .filter(gateway -> !gateway.getPublicIpv4().isEmpty())
                .toList();
    }

    /** Where frames for the gateway go: empty when it is here, absent when nobody carries it. */
    Optional<String> hostOf(NatGateway gateway) {
        if (gateway.getNodeId().isEmpty() || gateway.getPublicIpv4().isEmpty()) {
            return Optional.empty();
        }
        if (gateway.getNodeId().equals(settings.nodeId())) {
            return Optional.of("");
        }
        return Optional.of(gateway.getNodeAddress()).filter(address -> !address.isEmpty());
    }

    /** Interfaces of the guests that are here: packets for them come to this host. */
    List<LocalInterface> present() {
        return locals.stream().filter(local -> !local.arriving()).toList();
    }

    /** Public addresses of this host's guests by the private ones they stand for. */
    Map<String, String> publicByPrivate() {
        var all = new TreeMap<String, String>();
        for (var local : present()) {
            for (PublicAddress address : local.endpoint().getPublicAddressesList()) {
                all.put(address.getPrivateIpv4(), address.getPublicIpv4());
            }
        }
        return all;
    }

    /** Whether the VPC has a range of IPv6; without, no such packet passes. */
    boolean hasIpv6() {
        return !vpc.getIpv6CidrBlock().isEmpty();
    }

    /** The IPv6 addresses that a guest may have: none where the VPC has no range. */
    List<String> ipv6Of(LocalInterface local) {
        return hasIpv6() ? local.ipv6() : List.of();
    }

    /** A guest's addresses of one family. */
    List<String> addresses(LocalInterface local, Family family) {
        return family == Family.IPV4 ? local.addresses() : ipv6Of(local);
    }

    /** Every address of every member of a group, of both families. */
    Set<String> members(String group) {
        var all = new LinkedHashSet<String>();
        Family.of(this)
                .forEach(family -> all.addAll(
                        Objects.requireNonNull(members(Set.of(group), family).get(group))));
        return all;
    }

    /** Every private address of every member of these groups, in the order of the groups' names. */
    Map<String, Set<String>> members(Set<String> groups, Family family) {
        var all = new TreeMap<String, Set<String>>();
        groups.forEach(group -> all.put(group, new LinkedHashSet<>()));
        for (var face : faces.values()) {
            for (var group : face.groups()) {
                var members = all.get(group);
                if (members != null) {
                    members.addAll(face.addresses(family));
                }
            }
        }
        return all;
    }

    Map<String, SecurityGroup> groupsById() {
        return vpc.getSecurityGroupsList().stream()
                .collect(Collectors.toMap(SecurityGroup::getSecurityGroupId, Function.identity()));
    }

    /** Groups that this host's guests are in. */
    Collection<SecurityGroup> groupsHere() {
        var known = groupsById();
        return locals.stream()
                .flatMap(local -> local.endpoint().getSecurityGroupIdsList().stream())
                .distinct()
                .sorted()
                .flatMap(id -> Stream.ofNullable(known.get(id)))
                .toList();
    }

    /** Resolvers that guests are told by DHCP. */
    List<String> resolvers() {
        var servers = vpc.getDhcpOptions().getDomainNameServersList();
        var told = new ArrayList<String>();
        for (var server : servers) {
            if (!VpcMessages.isOwnResolver(server)) {
                told.add(server);
            } else if (vpc.getDnsSupport()) {
                told.add(resolver());
            }
        }
        if (servers.isEmpty() && vpc.getDnsSupport()) {
            told.add(resolver());
        }
        return told;
    }

    /** Active ones. */
    List<Peering> peerings() {
        return vpc.getPeeringsList();
    }

    /** Whether something of the public network is on this host. */
    boolean isOutside() {
        return !publicByPrivate().isEmpty() || !ownNatGateways().isEmpty();
    }

    /** Whether this host has any part in the VPC: guests, a gateway, or perhaps guests of a peer. */
    boolean isNeeded() {
        return !locals.isEmpty() || !ownNatGateways().isEmpty() || !peerings().isEmpty();
    }
}
