package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.vpc.Cidr;
import io.coppice.node.network.vpc.Ipv6;
import io.coppice.node.network.vpc.ServiceSpace;
import io.coppice.node.network.vpc.VpcMessages;
import io.coppice.node.network.vpc.VpcSettings;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A VPC's router and a switch for each subnet, with what guests are told by DHCP. Source: ovn-nb(5), "Logical_Router TABLE",
 * "Logical_Switch_Port TABLE" and "DHCP_Options TABLE".
 */
final class TopologyRows {
    private static final String LEASE_SECONDS = "86400";
    private static final int RESOLVER_OFFSET = 2;

    private final Vpc vpc;
    private final int mtu;
    private final List<Row> rows = new ArrayList<>();

    private TopologyRows(Vpc vpc, int mtu) {
        this.vpc = vpc;
        this.mtu = mtu;
    }

    static List<Row> of(Vpc vpc, int mtu) {
        var all = new TopologyRows(vpc, mtu);
        all.rows.add(
                Row.shared(Table.ROUTER, vpc.getVpcId(), Map.of("name", Ovsdb.text(Titles.network(vpc.getVpcId())))));
        vpc.getSubnetsList().forEach(all::subnet);
        return all.rows;
    }

    /** The key of what guests of a subnet are told by DHCPv6. */
    static String dhcpv6(String subnet) {
        return subnet + " IPv6";
    }

    private void subnet(Subnet subnet) {
        var id = subnet.getSubnetId();
        rows.add(Row.shared(Table.SWITCH, id, Map.of("name", Ovsdb.text(Titles.network(id)))));
        rows.add(
                Row.shared(Table.ROUTER_PORT, id, routerPort(subnet), Row.link(Table.ROUTER, vpc.getVpcId(), "ports")));
        rows.add(Row.shared(
                Table.PORT,
                Titles.portToRouter(id),
                Map.of(
                        "name", Ovsdb.text(Titles.portToRouter(id)),
                        "type", Ovsdb.text("router"),
                        "addresses", Ovsdb.text("router"),
                        "options", Ovsdb.map(portToRouter(subnet))),
                Row.link(Table.SWITCH, id, "ports"),
                Row.link(Table.PORT_GROUP, subnet.getNetworkAclId(), "ports")));
        rows.add(Row.shared(
                Table.DHCP, id, Map.of("cidr", Ovsdb.text(subnet.getCidrBlock()), "options", Ovsdb.map(dhcp(subnet)))));
        if (!subnet.getIpv6CidrBlock().isEmpty()) {
            rows.add(Row.shared(
                    Table.DHCP,
                    dhcpv6(id),
                    Map.of(
                            "cidr", Ovsdb.text(subnet.getIpv6CidrBlock()),
                            "options", Ovsdb.map(Map.of("server_id", mac(subnet))))));
        }
    }

    private Map<String, JsonNode> routerPort(Subnet subnet) {
        var range = Cidr.parse(subnet.getCidrBlock());
        var networks = new ArrayList<>(List.of("%s/%d".formatted(range.address(1), range.prefixLength())));
        var advertised = new TreeMap<String, String>();
        if (!subnet.getIpv6CidrBlock().isEmpty()) {
            networks.add(Ipv6.parse(subnet.getIpv6CidrBlock()).address(1) + "/" + Ipv6.LINK_PREFIX);
            networks.add(Ipv6.ROUTER + "/" + Ipv6.LINK_PREFIX);
            advertised.put("address_mode", "dhcpv6_stateful");
            advertised.put("mtu", Integer.toString(mtu));
        }
        return Map.of(
                "name", Ovsdb.text(Titles.routerPort(subnet.getSubnetId())),
                "mac", Ovsdb.text(mac(subnet)),
                "networks", Ovsdb.texts(networks),
                "options", Ovsdb.map(Map.of("route_table", subnet.getRouteTableId())),
                "ipv6_ra_configs", Ovsdb.map(advertised));
    }

    /** In the resolver's own subnet guests ask for its hardware address, and get the router's. */
    private Map<String, String> portToRouter(Subnet subnet) {
        var options = new TreeMap<>(Map.of("router-port", Titles.routerPort(subnet.getSubnetId())));
        if (Cidr.parse(subnet.getCidrBlock()).contains(resolver(vpc))) {
            options.put("arp_proxy", resolver(vpc));
        }
        return options;
    }

    private static String mac(Subnet subnet) {
        return VpcSettings.macOf("router " + subnet.getSubnetId());
    }

    private Map<String, String> dhcp(Subnet subnet) {
        var router = Cidr.parse(subnet.getCidrBlock()).address(1);
        var told = new TreeMap<>(Map.of(
                "server_id",
                router,
                "server_mac",
                mac(subnet),
                "router",
                router,
                "lease_time",
                LEASE_SECONDS,
                // Who knows this option does not look at the router (RFC 3442).
                "classless_static_route",
                "{%1$s/32,%2$s, 0.0.0.0/0,%2$s}".formatted(ServiceSpace.ADDRESSES.getFirst(), router),
                "mtu",
                Integer.toString(mtu)));
        putAddresses(told, "dns_server", resolvers());
        putAddresses(told, "ntp_server", vpc.getDhcpOptions().getNtpServersList());
        var domain = vpc.getDhcpOptions().getDomainName().isEmpty()
                ? vpc.getPrivateDomain()
                : vpc.getDhcpOptions().getDomainName();
        if (!domain.isEmpty()) {
            told.put("domain_name", '"' + domain + '"');
        }
        return told;
    }

    private static void putAddresses(Map<String, String> told, String option, List<String> addresses) {
        if (!addresses.isEmpty()) {
            told.put(option, "{" + String.join(", ", addresses) + "}");
        }
    }

    private List<String> resolvers() {
        var servers = vpc.getDhcpOptions().getDomainNameServersList();
        var named = servers.isEmpty() ? List.of(VpcMessages.AMAZON_DNS) : servers;
        return named.stream()
                .filter(server -> !VpcMessages.isOwnResolver(server) || vpc.getDnsSupport())
                .map(server -> VpcMessages.isOwnResolver(server) ? resolver(vpc) : server)
                .toList();
    }

    /** The address of the VPC's own resolver. */
    static String resolver(Vpc vpc) {
        return Cidr.parse(vpc.getCidrBlocks(0)).address(RESOLVER_OFFSET);
    }
}
