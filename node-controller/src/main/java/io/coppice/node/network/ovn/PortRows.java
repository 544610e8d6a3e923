package io.coppice.node.network.ovn;

import io.coppice.node.network.vpc.LocalInterface;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The ports of a host's guests. Source: ovn-nb(5), "Logical_Switch_Port TABLE". */
final class PortRows {
    private final Vpc vpc;
    private final String chassis;

    /** Renders ports of the host that OVN knows by this name. */
    PortRows(Vpc vpc, String chassis) {
        this.vpc = vpc;
        this.chassis = chassis;
    }

    /** Of those guests that are here; one that is on its way has its port on the host that it leaves. */
    List<Row> of(List<LocalInterface> locals) {
        var subnets = vpc.getSubnetsList().stream().collect(Collectors.toMap(Subnet::getSubnetId, each -> each));
        var rows = new ArrayList<Row>();
        for (var local : locals) {
            var subnet = subnets.get(local.endpoint().getSubnetId());
            if (!local.arriving() && subnet != null) {
                rows.add(port(local, subnet));
            }
        }
        return rows;
    }

    private Row port(LocalInterface local, Subnet subnet) {
        var endpoint = local.endpoint();
        var id = endpoint.getNetworkInterfaceId();
        var hasIpv6 = !subnet.getIpv6CidrBlock().isEmpty();
        var addresses = Stream.concat(
                        local.addresses().stream(), hasIpv6 ? local.assignedIpv6().stream() : Stream.empty())
                .collect(Collectors.joining(" "));
        var whole = "%s %s".formatted(endpoint.getMac(), addresses);
        var references = new HashMap<>(Map.of("dhcpv4_options", new Row.Id(Table.DHCP, subnet.getSubnetId())));
        if (hasIpv6) {
            references.put("dhcpv6_options", new Row.Id(Table.DHCP, TopologyRows.dhcpv6(subnet.getSubnetId())));
        }
        var links = new ArrayList<>(
                List.of(Row.link(Table.SWITCH, subnet.getSubnetId(), "ports"), new Row.Link(Marks.GUARD, "ports")));
        endpoint.getSecurityGroupIdsList().stream()
                .distinct()
                .forEach(group -> links.add(Row.link(Table.PORT_GROUP, group, "ports")));
        return new Row(
                new Row.Id(Table.PORT, id),
                chassis,
                Map.of(
                        "name", Ovsdb.text(id),
                        "addresses", Ovsdb.text(whole),
                        // A guest that forwards sends in the name of others, but as itself on the wire.
                        "port_security", Ovsdb.text(endpoint.getSourceDestCheck() ? whole : endpoint.getMac()),
                        "options", Ovsdb.map(Map.of("requested-chassis", chassis))),
                references,
                links);
    }
}
