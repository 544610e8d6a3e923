package io.coppice.node.network.vpc;

import java.util.HashMap;
import java.util.Map;

/** How the kernel treats packets in a VPC's namespace. Source: the kernel's documentation, networking/ip-sysctl and nf_conntrack-sysctl. */
final class RouterKernel {
    private static final Map<String, String> ALWAYS = Map.ofEntries(
            Map.entry("net.ipv4.ip_forward", "1"),
            Map.entry("net.ipv4.conf.all.rp_filter", "0"),
            Map.entry("net.ipv4.conf.default.rp_filter", "0"),
            Map.entry("net.ipv4.conf.all.send_redirects", "0"),
            Map.entry("net.ipv4.conf.default.send_redirects", "0"),
            Map.entry("net.ipv4.conf.all.accept_redirects", "0"),
            Map.entry("net.bridge.bridge-nf-call-iptables", "1"),
            Map.entry("net.bridge.bridge-nf-call-arptables", "0"),
            // A guest that came from another host goes on with flows that this tracker has not seen begin.
            Map.entry("net.netfilter.nf_conntrack_tcp_be_liberal", "1"),
            Map.entry("net.netfilter.nf_conntrack_tcp_loose", "1"));

    private static final Map<String, String> WITHOUT_IPV6 = Map.of(
            "net.ipv6.conf.all.disable_ipv6", "1",
            "net.ipv6.conf.default.disable_ipv6", "1",
            "net.bridge.bridge-nf-call-ip6tables", "0");

    /** Devices have the addresses that they are given and make none of their own. */
    private static final Map<String, String> WITH_IPV6 = Map.ofEntries(
            Map.entry("net.ipv6.conf.all.addr_gen_mode", "1"),
            Map.entry("net.ipv6.conf.default.addr_gen_mode", "1"),
            Map.entry("net.ipv6.conf.all.disable_ipv6", "0"),
            Map.entry("net.ipv6.conf.default.disable_ipv6", "0"),
            Map.entry("net.ipv6.conf.all.accept_redirects", "0"),
            Map.entry("net.ipv6.conf.default.accept_redirects", "0"),
            Map.entry("net.ipv6.conf.default.accept_ra", "0"),
            Map.entry("net.ipv6.conf.all.forwarding", "1"),
            // Neighbours on the public network are answered for guests.
            Map.entry("net.ipv6.conf.all.proxy_ndp", "1"),
            Map.entry("net.bridge.bridge-nf-call-ip6tables", "1"));

    private RouterKernel() {}

    /** The parameters of the VPC's namespace. */
    static Map<String, String> of(VpcView view) {
        var all = new HashMap<>(ALWAYS);
        all.putAll(view.hasIpv6() ? WITH_IPV6 : WITHOUT_IPV6);
        return Map.copyOf(all);
    }
}
