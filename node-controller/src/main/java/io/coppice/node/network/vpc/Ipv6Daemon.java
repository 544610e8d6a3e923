package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a VPC's daemon is told of IPv6: it advertises the router, says that addresses come by DHCPv6, and gives those that were
 * assigned. Source: dnsmasq(8), RFC 4861, RFC 8415.
 */
final class Ipv6Daemon {
    private Ipv6Daemon() {}

    /** Lines of its configuration; none for a VPC without IPv6. */
    static List<String> configuration(VpcView view) {
        var subnets = view.subnets().stream()
                .filter(subnet -> view.hasIpv6() && !subnet.getIpv6CidrBlock().isEmpty())
                .toList();
        if (subnets.isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        lines.add("enable-ra");
        // Without values the option is told not to be sent: dnsmasq would offer itself as the resolver.
        lines.add("dhcp-option=option6:dns-server"
                + (view.vpc().getDnsSupport() ? ",[" + VpcView.RESOLVER_IPV6 + "]" : ""));
        subnets.forEach(subnet -> lines.add(range(subnet)));
        return lines;
    }

    private static String range(Subnet subnet) {
        var range = Ipv6.parse(subnet.getIpv6CidrBlock());
        return "dhcp-range=set:%s,%s,static,%d,12h"
                .formatted(VpcView.bridge(subnet), range.address(0), range.prefixLength());
    }

    /** What a guest's line of bindings has besides: its assigned addresses, each behind a comma. */
    static String binding(VpcView view, LocalInterface local) {
        return view.ipv6Of(local).stream()
                .skip(1)
                .map(address -> ",[" + address + "]")
                .collect(Collectors.joining());
    }
}
