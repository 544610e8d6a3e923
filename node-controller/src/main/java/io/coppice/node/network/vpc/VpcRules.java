package io.coppice.node.network.vpc;

import io.coppice.node.network.vpc.SecurityRules.Side;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;
import io.coppice.proto.network.v1.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The packet rules of a VPC's namespace. A forwarded packet meets, in this order: the ACLs of the subnets that it leaves and
 * enters (each packet), what its sender's groups allow it to send and its receiver's groups to receive (each new flow), and the
 * guard of the cables. The namespace has a connection tracker of its own, so VPCs with the same ranges do not meet.
 */
final class VpcRules {
    static final String TABLE = "vpc";
    static final String FAMILY = "inet";

    private static final String ESTABLISHED = "ct state established,related accept";
    /** Errors of ICMP that belong to no flow are left to the rules. */
    private static final String INVALID = "ct state invalid meta l4proto != icmp drop";

    private static final int MAXIMUM_HOPS = 64;

    private final VpcView view;
    private final Ruleset.Builder rules = Ruleset.builder(FAMILY, TABLE);

    private VpcRules(VpcView view) {
        this.view = view;
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
                List.of(
                        "iifname \"lo\" accept",
                        ESTABLISHED,
                        "iifname \"b*\" udp dport 67 accept",
                        "iifname \"b*\" ip daddr @resolvers udp dport 53 accept",
                        "iifname \"b*\" ip daddr @resolvers tcp dport 53 accept"));
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
                leaving.put(device, "goto " + SecurityRules.chain(acl, "egress"));
                entering.put(device, "goto " + SecurityRules.chain(acl, "ingress"));
                used.add(acl.getNetworkAclId());
            }
        }
        acls.values().stream()
                .filter(acl -> used.contains(acl.getNetworkAclId()))
                .forEach(acl -> {
                    rules.chain(
                            SecurityRules.chain(acl, "egress"),
                            SecurityRules.inOrder(acl.getEgressList(), Side.DESTINATION));
                    rules.chain(
                            SecurityRules.chain(acl, "ingress"),
                            SecurityRules.inOrder(acl.getIngressList(), Side.SOURCE));
                });
        rules.set("within", "ifname . ifname", within);
        rules.map("leaving", "ifname : verdict", leaving);
        rules.map("entering", "ifname : verdict", entering);
        var exempt = List.of(
                "iifname . oifname @within accept",
                "iifname \"%s\" accept".formatted(VpcView.METADATA),
                "oifname \"%s\" accept".formatted(VpcView.METADATA));
        rules.baseChain(
                "acl_leaving",
                "type filter hook forward priority -30; policy accept",
                with(exempt, "iifname vmap @leaving"));
        rules.baseChain(
                "acl_entering",
                "type filter hook forward priority -20; policy accept",
                with(exempt, "oifname vmap @entering"));
    }

    private void securityGroups() {
        for (var group : view.groupsHere()) {
            rules.chain(
                    groupChain(group.getSecurityGroupId(), "out"),
                    SecurityRules.allowed(group.getEgressList(), Side.DESTINATION));
            rules.chain(
                    groupChain(group.getSecurityGroupId(), "in"),
                    SecurityRules.allowed(group.getIngressList(), Side.SOURCE));
        }
        view.groupsHere().stream()
                .flatMap(VpcRules::mentioned)
                .distinct()
                .sorted()
                .forEach(group -> rules.set(SecurityRules.members(group), "ipv4_addr", view.members(group)));
        var sending = new TreeMap<String, String>();
        var receiving = new TreeMap<String, String>();
        for (var local : view.locals()) {
            var groups = known(local.endpoint().getSecurityGroupIdsList());
            var name = groupsName(groups);
            rules.chain(name + "_out", throughAll(groups, "out"));
            rules.chain(name + "_in", throughAll(groups, "in"));
            for (var address : local.addresses()) {
                sending.put(address, "goto " + name + "_out");
                receiving.put(address, "goto " + name + "_in");
            }
        }
        rules.map("sending", "ipv4_addr : verdict", sending);
        rules.map("receiving", "ipv4_addr : verdict", receiving);
        var exempt = List.of(
                ESTABLISHED,
                INVALID,
                "iifname \"%s\" accept".formatted(VpcView.METADATA),
                "oifname \"%s\" accept".formatted(VpcView.METADATA));
        rules.baseChain(
                "groups_out",
                "type filter hook forward priority 0; policy accept",
                with(exempt, "ip saddr vmap @sending"));
        rules.baseChain(
                "groups_in",
                "type filter hook forward priority 10; policy accept",
                with(exempt, "ip daddr vmap @receiving"));
    }

    private static Stream<String> mentioned(SecurityGroup group) {
        return Stream.concat(group.getIngressList().stream(), group.getEgressList().stream())
                .filter(SecurityGroupRule::hasSecurityGroupId)
                .map(SecurityGroupRule::getSecurityGroupId);
    }

    private List<String> known(List<String> groups) {
        var all = view.groupsById();
        return groups.stream().filter(all::containsKey).distinct().sorted().toList();
    }

    private static String groupChain(String group, String direction) {
        return "%s_%s".formatted(group.replace('-', '_'), direction);
    }

    /** Guests that are in the same groups share a chain. */
    private static String groupsName(List<String> groups) {
        return "in_all_" + VpcSettings.digest(String.join(" ", groups)).substring(0, 16);
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
        rules.baseChain(
                "translate_source",
                "type nat hook postrouting priority srcnat; policy accept",
                List.of(
                        "oifname \"%s\" snat ip to ip saddr map @numbers".formatted(VpcView.METADATA),
                        "oifname \"%s\" snat ip to ip saddr map @to_public".formatted(VpcView.PUBLIC),
                        "ct status dnat ct original ip daddr @are_public ip saddr @have_public snat ip to ip saddr map @to_public"));
        rules.baseChain(
                "cables",
                "type filter hook forward priority 20; policy accept",
                behind(
                        Peerings.ofCable(view),
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
        var numbers = new TreeMap<String, String>();
        var hops = new TreeMap<String, String>();
        for (var local : view.locals()) {
            var limit = Math.clamp(local.hopLimit(), 1, MAXIMUM_HOPS);
            rules.chain("hops_" + limit, List.of("ip ttl set %d accept".formatted(limit)));
            for (int i = 0; i < local.addresses().size(); i++) {
                numbers.put(local.addresses().get(i), local.numbers().get(i));
                hops.put(local.addresses().get(i), "goto hops_" + limit);
            }
        }
        rules.map("numbers", "ipv4_addr : ipv4_addr", numbers);
        rules.map("hops", "ipv4_addr : verdict", hops);
        rules.baseChain(
                "translate_destination",
                "type nat hook prerouting priority dstnat; policy accept",
                List.of(
                        "iifname \"b*\" ip daddr %s tcp dport 80 dnat ip to %s:%d"
                                .formatted(
                                        VpcView.METADATA_ADDRESS,
                                        view.settings().metadataAddress(),
                                        view.settings().metadataPort()),
                        "dnat ip to ip daddr map @to_private"));
    }

    private static List<String> behind(List<String> first, String... others) {
        return Stream.concat(first.stream(), Stream.of(others)).toList();
    }

    private static List<String> with(List<String> first, String last) {
        return Stream.concat(first.stream(), Stream.of(last)).toList();
    }

    private static String quoted(String device) {
        return '"' + device + '"';
    }
}
