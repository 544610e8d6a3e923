package io.coppice.node.network.vpc;

import io.coppice.node.network.vpc.Setting.Kind;

/** Settings that IPv6 has and IPv4 has not, or has otherwise. Source: ip-address(8), ip-neighbour(8), ip-rule(8). */
final class Ipv6Settings {
    private Ipv6Settings() {}

    /** An address that nobody is asked about first: the same router is on every host. */
    static Setting address(String device, String address, int prefixLength) {
        var usual = Setting.address(device, address, prefixLength);
        return new Setting(usual.kind(), usual.id(), usual.value(), usual.add() + " nodad", usual.remove());
    }

    /** The device answers neighbours' questions for an address that is behind the router. */
    static Setting answered(String device, String address) {
        return new Setting(
                Kind.NEIGHBOUR,
                "answered " + device + " " + address,
                "",
                "neigh replace proxy " + address + " dev " + device,
                "neigh delete proxy " + address + " dev " + device);
    }

    /** Which table decides for IPv6 packets of a device; an empty device stands for all. */
    static Setting rule(int priority, String device, int table) {
        return rule(priority, device, "", table);
    }

    /** As {@link Setting#rule(int, String, String, int)}. */
    static Setting rule(int priority, String device, String protocol, int table) {
        var usual = Setting.rule(priority, device, protocol, table);
        return new Setting(Kind.ROUTE_RULE_IPV6, usual.id() + " ipv6", usual.value(), usual.add(), usual.remove());
    }
}
