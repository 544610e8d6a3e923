package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.ovn.Matches.Side;
import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The rules of a VPC. Groups and ACLs must both let a packet pass, and OVN asks one list at one place; so they stand at different
 * ones. Groups judge flows where guests' ports are. An ACL judges every packet for itself: those that leave its subnet by policies
 * of the router, those that enter it at the subnet's port to the router, where OVN tracks no connections.
 * Source: ovn-nb(5), "ACL table" and "Logical_Router_Policy table".
 */
final class RuleRows {
    private static final String TO_GUEST = "to-lport";
    private static final String FROM_GUEST = "from-lport";
    private static final String FLOW = "allow-related";
    private static final String PACKET = "allow-stateless";
    private static final String PASS = "allow";
    private static final String DROP = "drop";
    private static final int FORBIDDEN = 3_000;
    private static final int DHCP = 2_500;
    private static final int ALLOWED = 2_000;
    private static final int EVERYTHING_ELSE = 1_000;
    private static final int FIRST_ENTRY = 30_000;
    private static final int SERVICES = 31_000;

    private final Vpc vpc;
    private final Matches matches;
    private final Map<Row.Id, Row> rows = new LinkedHashMap<>();

    private RuleRows(Vpc vpc) {
        this.vpc = vpc;
        this.matches = new Matches(vpc.getVpcId());
    }

    static List<Row> of(Vpc vpc) {
        var all = new RuleRows(vpc);
        all.guests();
        vpc.getSecurityGroupsList().forEach(all::group);
        all.networkAcls();
        return List.copyOf(all.rows.values());
    }

    private void addPortGroup(String key) {
        add(Row.shared(Table.PORT_GROUP, key, Map.of("name", Ovsdb.text(portGroup(key)))));
    }

    private String portGroup(String key) {
        return Titles.portGroup(vpc.getVpcId(), key);
    }

    private void add(Row row) {
        rows.putIfAbsent(row.id(), row);
    }

    private void rule(String portGroup, String direction, int priority, String match, String action) {
        var key = "%s %s %d %s".formatted(portGroup, direction, priority, match);
        Map<String, JsonNode> columns = Map.of(
                "direction", Ovsdb.text(direction),
                "priority", Ovsdb.number(priority),
                "match", Ovsdb.text(match),
                "action", Ovsdb.text(action));
        // Rules may say the same twice.
        add(Row.shared(Table.RULE, key, columns, Row.link(Table.PORT_GROUP, portGroup, "acls")));
    }

    /** What holds for every guest: what no group allows is dropped, and no guest answers for a DHCP server. */
    private void guests() {
        var key = Marks.GUARD.key();
        addPortGroup(key);
        var sent = "inport == @" + portGroup(Marks.GUARD.key());
        var received = "outport == @" + portGroup(Marks.GUARD.key());
        rule(key, FROM_GUEST, FORBIDDEN, sent + " && udp.src == 67 && udp.dst == 68", DROP);
        rule(key, FROM_GUEST, FORBIDDEN, sent + " && ip6 && udp.dst == 546", DROP);
        var services = String.join(", ", ServiceRows.addresses(vpc));
        rule(key, FROM_GUEST, DHCP, "%s && ip4.dst == {%s}".formatted(sent, services), FLOW);
        rule(key, FROM_GUEST, DHCP, sent + " && ip4 && udp.src == 68 && udp.dst == 67", PASS);
        rule(key, FROM_GUEST, DHCP, sent + " && ip6 && udp.src == 546 && udp.dst == 547", PASS);
        rule(key, TO_GUEST, DHCP, received + " && eth.mcast && udp.dst == {67, 547}", DROP);
        rule(key, FROM_GUEST, EVERYTHING_ELSE, sent + " && " + Matches.ANY_IP, DROP);
        rule(key, TO_GUEST, EVERYTHING_ELSE, received + " && " + Matches.ANY_IP, DROP);
    }

    private void group(SecurityGroup group) {
        var id = group.getSecurityGroupId();
        addPortGroup(id);
        for (var rule : group.getEgressList()) {
            flows(id, FROM_GUEST, "inport == @" + portGroup(id), rule, Side.DESTINATION);
        }
        for (var rule : group.getIngressList()) {
            flows(id, TO_GUEST, "outport == @" + portGroup(id), rule, Side.SOURCE);
        }
    }

    private void flows(String group, String direction, String port, SecurityGroupRule rule, Side peer) {
        if (rule.hasSecurityGroupId() && isUnknown(rule.getSecurityGroupId())) {
            return;
        }
        for (var match : matches.of(rule, peer)) {
            rule(group, direction, ALLOWED, Matches.both(port, match), FLOW);
        }
        for (var match : matches.errorsOf(rule, peer)) {
            rule(group, direction, ALLOWED + 1, Matches.both(port, match), PACKET);
        }
    }

    private boolean isUnknown(String group) {
        return vpc.getSecurityGroupsList().stream()
                .noneMatch(each -> each.getSecurityGroupId().equals(group));
    }

    private void networkAcls() {
        var subnets = vpc.getSubnetsList().stream()
                .collect(Collectors.groupingBy(
                        Subnet::getNetworkAclId,
                        TreeMap::new,
                        Collectors.mapping(Subnet::getSubnetId, Collectors.toCollection(TreeSet::new))));
        for (var acl : vpc.getNetworkAclsList()) {
            var covered = subnets.get(acl.getNetworkAclId());
            if (covered != null) {
                entering(acl);
                leaving(acl, covered);
            }
        }
    }

    private void entering(NetworkAcl acl) {
        var id = acl.getNetworkAclId();
        addPortGroup(id);
        var port = "inport == @" + portGroup(id);
        var services = String.join(", ", ServiceRows.addresses(vpc));
        rule(id, FROM_GUEST, SERVICES, "%s && ip4.src == {%s}".formatted(port, services), PASS);
        var priority = FIRST_ENTRY;
        for (var entry : acl.getIngressList()) {
            for (var match : Matches.of(entry, Side.SOURCE)) {
                rule(id, FROM_GUEST, priority, Matches.both(port, match), verdict(entry));
            }
            priority--;
        }
        rule(id, FROM_GUEST, EVERYTHING_ELSE, port + " && " + Matches.ANY_IP, DROP);
    }

    private void leaving(NetworkAcl acl, TreeSet<String> subnets) {
        var port = "inport == "
                + Titles.anyOf(subnets.stream().map(Titles::routerPort).toList());
        var services = String.join(", ", ServiceRows.addresses(vpc));
        policy(acl, SERVICES, "%s && ip4.dst == {%s}".formatted(port, services), PASS);
        var priority = FIRST_ENTRY;
        for (var entry : acl.getEgressList()) {
            for (var match : Matches.of(entry, Side.DESTINATION)) {
                policy(acl, priority, Matches.both(port, match), verdict(entry));
            }
            priority--;
        }
        policy(acl, EVERYTHING_ELSE, port + " && " + Matches.ANY_IP, DROP);
    }

    private void policy(NetworkAcl acl, int priority, String match, String action) {
        add(Row.shared(
                Table.POLICY,
                "%s %d %s".formatted(acl.getNetworkAclId(), priority, match),
                Map.of(
                        "priority", Ovsdb.number(priority),
                        "match", Ovsdb.text(match),
                        "action", Ovsdb.text(action)),
                Row.link(Table.ROUTER, vpc.getVpcId(), "policies")));
    }

    private static String verdict(NetworkAclEntry entry) {
        return entry.getAllow() ? PASS : DROP;
    }
}
