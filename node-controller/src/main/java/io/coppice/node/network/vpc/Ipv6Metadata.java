package io.coppice.node.network.vpc;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The way of guests to the metadata service at {@value VpcView#METADATA_IPV6}, for those that were given it. It is the one of IPv4 in
 * another family: a guest's number, and the service's own address, are those of IPv4 behind a prefix that no guest can have. Source:
 * AWS EC2 user guide, "Access instance metadata for an EC2 instance".
 */
final class Ipv6Metadata {
    /** Of the range in which AWS has its services; the last 32 bits are an address of the range of numbers. */
    private static final Ipv6 NUMBERS = Ipv6.parse("fd00:ec2:0:1::/96");

    private static final String ASKING = "asking6";
    private static final String NUMBERS_MAP = "numbers6";
    private static final String HOPS_MAP = "hops6";

    private Ipv6Metadata() {}

    /** What a number of IPv4 is in IPv6. */
    static String number(String ipv4) {
        return Ipv6.text(NUMBERS.first().add(BigInteger.valueOf(Cidr.number(ipv4))));
    }

    /** The number of IPv4 that an address stands for, as Java writes addresses; empty when it stands for none. */
    static Optional<String> ipv4Number(String address) {
        var zone = address.indexOf('%');
        var text = zone < 0 ? address : address.substring(0, zone);
        return NUMBERS.contains(text)
                ? Optional.of(
                        Cidr.text(Ipv6.number(text).subtract(NUMBERS.first()).longValueExact()))
                : Optional.empty();
    }

    /** Numbers of those addresses on this host that may ask, by address. */
    private static Map<String, String> asking(VpcView view) {
        var all = new TreeMap<String, String>();
        for (var local : view.locals()) {
            if (view.hasIpv6() && local.reach().byIpv6()) {
                local.assignedIpv6().forEach(address -> all.put(address, number(local.number(address))));
            }
        }
        return all;
    }

    /** Plans the way through the cable. */
    static void plan(VpcView view, Plan plan) {
        plan.add(Ipv6Settings.address(VpcView.SERVICES, VpcView.METADATA_IPV6, Ipv6.HOST_PREFIX));
        var asking = asking(view);
        if (asking.isEmpty()) {
            return;
        }
        var cable = Cables.metadata(view);
        var service = view.settings().metadataAddressIpv6();
        plan.add(Setting.neighbour(VpcView.METADATA, service, cable.hostMac()));
        plan.add(Setting.route(Setting.LOCAL_TABLE, service, "", VpcView.METADATA));
        // New devices have no IPv6 on a host where it is switched off.
        plan.add(Setting.onHostKernel("net/ipv6/conf/%s/disable_ipv6".formatted(cable.hostDevice()), "0"));
        asking.values().forEach(number -> plan.add(Cables.standsFor(cable, number)));
    }

    /** Who may ask, as whom, and how far he is answered. */
    static void sets(VpcView view, Map<Integer, String> hopVerdicts, Ruleset.Builder rules) {
        if (!view.hasIpv6()) {
            return;
        }
        var asking = asking(view);
        var hops = new LinkedHashMap<String, String>();
        for (var local : view.locals()) {
            local.assignedIpv6().stream()
                    .filter(asking::containsKey)
                    .forEach(address -> hops.put(
                            address, hopVerdicts.getOrDefault(local.reach().hops(), "drop")));
        }
        var type = Family.IPV6.addressType();
        rules.set(ASKING, type, asking.keySet());
        rules.map(NUMBERS_MAP, "%1$s : %1$s".formatted(type), asking);
        rules.map(HOPS_MAP, type + " : verdict", hops);
    }

    static List<String> translatedDestinations(VpcView view) {
        return of(
                view,
                "iifname \"b*\" ip6 daddr %s ip6 saddr @%s tcp dport 80 dnat ip6 to [%s]:%d"
                        .formatted(
                                VpcView.METADATA_IPV6,
                                ASKING,
                                view.settings().metadataAddressIpv6(),
                                view.settings().metadataPort()));
    }

    static List<String> translatedSources(VpcView view) {
        return of(view, "oifname \"%s\" snat ip6 to ip6 saddr map @%s".formatted(VpcView.METADATA, NUMBERS_MAP));
    }

    /** What passes the cable of the metadata service; for the chain of the cables, before it drops the rest. */
    static List<String> ofCable(VpcView view) {
        return of(
                view,
                "oifname \"%s\" ip6 daddr %s ip6 saddr @%s ct status dnat accept"
                        .formatted(VpcView.METADATA, view.settings().metadataAddressIpv6(), ASKING),
                "iifname \"%s\" ct state established ip6 daddr vmap @%s".formatted(VpcView.METADATA, HOPS_MAP));
    }

    /** What a chain of {@link #sets} has besides, that limits the hops of answers. */
    static List<String> hops(VpcView view, int limit) {
        return of(view, "ip6 hoplimit set %d accept".formatted(limit));
    }

    private static List<String> of(VpcView view, String... lines) {
        return view.hasIpv6() ? List.of(lines) : List.of();
    }
}
