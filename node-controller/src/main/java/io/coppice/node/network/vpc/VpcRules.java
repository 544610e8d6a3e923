package io.coppice.node.network.vpc;

import io.coppice.node.network.vpc.SecurityRules.Side;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;
import io.coppice.proto.network.v1.Subnet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The packet rules of a VPC's namespace. A forwarded packet meets, in this order: the ACLs of the subnets that it leaves and
 * enters (each packet), what its sender's groups allow it to send and its receiver's groups to receive (each new flow), and the
 * guard of the cables. What most packets are is asked first everywhere: an established flow within a subnet meets one rule of each.
 * The namespace has a connection tracker of its own, so VPCs with the same ranges do not meet.
 */
final class VpcRules {
    static final String TABLE = "vpc";
    static final String FAMILY = "inet";

    private static final String ESTABLISHED = "ct state established,related accept";
    /** Packets that no cable carries, which most are: they are spared all questions about cables. */
    private static final String AMONG_SUBNETS = "iifname \"b*\" oifname \"b*\" ct status ! dnat accept";
    /** Errors of ICMP that belong to no flow are left to the rules. */
    private static final String INVALID = "ct state invalid meta l4proto != icmp drop";

    private static final String INVALID_OF_BOTH = "ct state invalid meta l4proto != { icmp, ipv6-icmp } drop";
    /** What neighbours ask and answer each other stays on its wire, and is nobody's flow. */
    static final String NEIGHBOURS = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept";

    /** Enough of a digest to tell combinations of groups apart. */
    private static final int GROUPS_DIGITS = 16;

    private final VpcView view;
    private final List<Family> families;
    private final Ruleset.Builder rules = Ruleset.builder(FAMILY, TABLE);

    private VpcRules(VpcView view) {
        this.view = view;
        this.families = Family.of(view);
    }

    static Ruleset of(VpcView view) {
        var all = new VpcRules(view);
        all.router();
        all.networkAcls();
        all.securityGroups();
        Peerings.tracking(view, all.rules);
        all.publicAddresses();
        all.metadata();
        return all.rules.build();
    }

    /** What the router itself answers: DHCP and names, nothing else. */
    private void router() {
        rules.set("resolvers", "ipv4_addr", List.of(view.resolver(), VpcView.LINK_RESOLVER));
        rules.baseChain(
                "router",
                "type filter hook input priority 0; policy drop",
                also(
                        List.of(
                                "iifname \"lo\" accept",
                                ESTABLISHED,
                                "iifname \"b*\" udp dport 67 accept",
                                "iifname \"b*\" ip daddr @resolvers udp dport 53 accept",
                                "iifname \"b*\" ip daddr @resolvers tcp dport 53 accept"),
                        routerOfIpv6()));
    }

    /** It answers who asks for routers and neighbours, on the public network too, besides DHCPv6 and names. */
    private List<String> routerOfIpv6() {
        return ipv6(
                NEIGHBOURS,
                "iifname \"b*\" icmpv6 type nd-router-solicit accept",
                "iifname \"b*\" udp dport 547 accept",
                "iifname \"b*\" ip6 daddr %s udp dport 53 accept".formatted(VpcView.RESOLVER_IPV6),
                "iifname \"b*\" ip6 daddr %s tcp dport 53 accept".formatted(VpcView.RESOLVER_IPV6));
    }

    private void networkAcls() {
        var within = new ArrayList<String>();
        var leaving = new TreeMap<String, String>();
        var entering = new TreeMap<String, String>();
        var acls = view.vpc().getNetworkAclsList().stream()
                .collect(Collectors.toMap(acl -> acl.getNetworkAclId(), acl -> acl));
        var used = new TreeSet<String>();
        for (Subnet subnet : view.subnets()) {
            var device = quoted(VpcView.bridge(subnet));
            within.add("%s . %s".formatted(device, device));
            var acl = acls.get(subnet.getNetworkAclId());
            if (acl != null) {
                leaving.put(device, "jump " + SecurityRules.chain(acl, "egress"));
                entering.put(device, "jump " + SecurityRules.chain(acl, "ingress"));
                used.add(acl.getNetworkAclId());
            }
        }
        acls.values().stream()
                .filter(acl -> used.contains(acl.getNetworkAclId()))
                .forEach(acl -> {
                    rules.chain(
                            SecurityRules.chain(acl, "egress"),
                            SecurityRules.inOrder(acl.getEgressList(), Side.DESTINATION, families));
                    rules.chain(
                            SecurityRules.chain(acl, "ingress"),
                            SecurityRules.inOrder(acl.getIngressList(), Side.SOURCE, families));
                });
        rules.set("within", "ifname . ifname", within);
        rules.map("leaving", "ifname : verdict", leaving);
        rules.map("entering", "ifname : verdict", entering);
        rules.baseChain(
                "acls",
                "type filter hook forward priority -30; policy accept",
                List.of(
                        "iifname . oifname @within accept",
                        "iifname \"%s\" accept".formatted(VpcView.METADATA),
                        "oifname \"%s\" accept".formatted(VpcView.METADATA),
                        "iifname vmap @leaving",
                        "oifname vmap @entering"));
    }

    private void securityGroups() {
        for (var group : view.groupsHere()) {
            rules.chain(
                    groupChain(group.getSecurityGroupId(), "out"),
                    SecurityRules.allowed(group.getEgressList(), Side.DESTINATION, families));
            rules.chain(
                    groupChain(group.getSecurityGroupId(), "in"),
                    SecurityRules.allowed(group.getIngressList(), Side.SOURCE, families));
        }
        var mentioned = view.groupsHere().stream().flatMap(VpcRules::mentioned).collect(Collectors.toSet());
        for (var family : families) {
            view.members(mentioned, family)
                    .forEach((group, members) ->
                            rules.set(SecurityRules.members(group, family), family.addressType(), members));
        }
        judged();
        var exempt = List.of(
                ESTABLISHED,
                view.hasIpv6() ? INVALID_OF_BOTH : INVALID,
                "iifname \"%s\" accept".formatted(VpcView.METADATA),
                "oifname \"%s\" accept".formatted(VpcView.METADATA));
        rules.baseChain(
                "groups_out",
                "type filter hook forward priority 0; policy accept",
                also(with(exempt, "ip saddr vmap @sending"), ipv6(NEIGHBOURS, "ip6 saddr vmap @sending6")));
        rules.baseChain(
                "groups_in",
                "type filter hook forward priority 10; policy accept",
                also(with(exempt, "ip daddr vmap @receiving"), ipv6(NEIGHBOURS, "ip6 daddr vmap @receiving6")));
    }

    /** By which chains what each guest sends and receives is judged. */
    private void judged() {
        var verdicts = new HashMap<List<String>, Verdicts>();
        for (var family : families) {
            var sending = new LinkedHashMap<String, String>();
            var receiving = new LinkedHashMap<String, String>();
            for (var local : view.locals()) {
                var both = verdicts.computeIfAbsent(local.endpoint().getSecurityGroupIdsList(), this::verdicts);
                for (var address : view.addresses(local, family)) {
                    sending.put(address, both.sending());
                    receiving.put(address, both.receiving());
                }
            }
            rules.map(family.own("sending"), family.addressType() + " : verdict", sending);
            rules.map(family.own("receiving"), family.addressType() + " : verdict", receiving);
        }
    }

    private static Stream<String> mentioned(SecurityGroup group) {
        return Stream.concat(group.getIngressList().stream(), group.getEgressList().stream())
                .filter(SecurityGroupRule::hasSecurityGroupId)
                .map(SecurityGroupRule::getSecurityGroupId);
    }

    /** Where packets from and to a guest are judged. */
    private record Verdicts(String sending, String receiving) {}

    /** Makes the chains of guests that are in exactly these groups; they share them. */
    private Verdicts verdicts(List<String> groups) {
        var all = view.groupsById();
        var known = groups.stream().filter(all::containsKey).distinct().sorted().toList();
        var name = "in_all_" + VpcSettings.digest(String.join(" ", known)).substring(0, GROUPS_DIGITS);
        rules.chain(name + "_out", throughAll(known, "out"));
        rules.chain(name + "_in", throughAll(known, "in"));
        return new Verdicts("goto " + name + "_out", "goto " + name + "_in");
    }

    private static String groupChain(String group, String direction) {
        return "%s_%s".formatted(group.replace('-', '_'), direction);
    }

    private static List<String> throughAll(List<String> groups, String direction) {
        return Stream.concat(groups.stream().map(group -> "jump " + groupChain(group, direction)), Stream.of("drop"))
                .toList();
    }

    /** Public addresses belong to private ones; no packet passes to or from the outside without. */
    private void publicAddresses() {
        var toPublic = view.publicByPrivate();
        var toPrivate = new TreeMap<String, String>();
        toPublic.forEach((privateAddress, publicAddress) -> toPrivate.put(publicAddress, privateAddress));
        rules.map("to_private", "ipv4_addr : ipv4_addr", toPrivate);
        rules.map("to_public", "ipv4_addr : ipv4_addr", toPublic);
        rules.set("have_public", "ipv4_addr", toPublic.keySet());
        rules.set("are_public", "ipv4_addr", toPrivate.keySet());
        Ipv6Outside.sets(view, rules);
        rules.baseChain(
                "translate_source",
                "type nat hook postrouting priority srcnat; policy accept",
                also(
                        List.of(
                                "oifname \"%s\" snat ip to ip saddr map @numbers".formatted(VpcView.METADATA),
                                "oifname \"%s\" snat ip to ip saddr map @to_public".formatted(VpcView.PUBLIC),
                                "ct status dnat ct original ip daddr @are_public ip saddr @have_public snat ip to ip saddr map @to_public"),
                        Ipv6Metadata.translatedSources(view)));
        rules.baseChain(
                "cables",
                "type filter hook forward priority 20; policy accept",
                around(
                        AMONG_SUBNETS,
                        also(also(Peerings.ofCable(view), Ipv6Outside.ofCable(view)), Ipv6Metadata.ofCable(view)),
                        "oifname \"%s\" ip saddr @have_public accept".formatted(VpcView.PUBLIC),
                        "oifname \"%s\" drop".formatted(VpcView.PUBLIC),
                        "iifname \"%s\" ct status dnat accept".formatted(VpcView.PUBLIC),
                        "iifname \"%s\" %s".formatted(VpcView.PUBLIC, ESTABLISHED),
                        "iifname \"%s\" drop".formatted(VpcView.PUBLIC),
                        "ct direction original ct original ip daddr @are_public ip saddr != @have_public drop",
                        "oifname \"%s\" ip daddr %s ct status dnat accept"
                                .formatted(VpcView.METADATA, view.settings().metadataAddress()),
                        "oifname \"%s\" drop".formatted(VpcView.METADATA),
                        "iifname \"%s\" ct state established ip daddr vmap @hops".formatted(VpcView.METADATA),
                        "iifname \"%s\" drop".formatted(VpcView.METADATA)));
    }

    /** The way to the metadata service, on which an answer may be told how far it gets. */
    private void metadata() {
        var numbers = new LinkedHashMap<String, String>();
        var hops = new LinkedHashMap<String, String>();
        var verdicts = new HashMap<Integer, String>();
        for (var local : view.locals()) {
            var limited = verdicts.computeIfAbsent(local.reach().hops(), this::hopLimit);
            for (var address : local.addresses()) {
                numbers.put(address, local.number(address));
                hops.put(address, limited);
            }
        }
        rules.map("numbers", "ipv4_addr : ipv4_addr", numbers);
        rules.map("hops", "ipv4_addr : verdict", hops);
        Ipv6Metadata.sets(view, verdicts, rules);
        rules.baseChain(
                "translate_destination",
                "type nat hook prerouting priority dstnat; policy accept",
                also(
                        List.of(
                                "iifname \"b*\" ip daddr %s tcp dport 80 dnat ip to %s:%d"
                                        .formatted(
                                                VpcView.METADATA_ADDRESS,
                                                view.settings().metadataAddress(),
                                                view.settings().metadataPort()),
                                "dnat ip to ip daddr map @to_private"),
                        Ipv6Metadata.translatedDestinations(view)));
    }

    private String hopLimit(int limit) {
        rules.chain(
                "hops_" + limit,
                also(List.of("ip ttl set %d accept".formatted(limit)), Ipv6Metadata.hops(view, limit)));
        return "goto hops_" + limit;
    }

    private static List<String> around(String first, List<String> middle, String... others) {
        return Stream.of(Stream.of(first), middle.stream(), Stream.of(others))
                .flatMap(Function.identity())
                .toList();
    }

    private List<String> ipv6(String... lines) {
        return view.hasIpv6() ? List.of(lines) : List.of();
    }

    private static List<String> also(List<String> first, List<String> others) {
        return Stream.concat(first.stream(), others.stream()).toList();
    }

    private static List<String> with(List<String> first, String last) {
        return Stream.concat(first.stream(), Stream.of(last)).toList();
    }

    private static String quoted(String device) {
        return '"' + device + '"';
    }
}
