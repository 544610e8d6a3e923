package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.vpc.ServiceSpace;
import io.coppice.node.network.vpc.VpcSettings;
import io.coppice.proto.network.v1.Vpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The switch that a VPC's resolver and its way to the metadata service are on. Its port for them is there on every host, and what is
 * sent to it stays on the host: OVN's "localport". Source: ovn-architecture(7), ovn-nb(5).
 */
final class ServiceRows {
    /** The key of the switch and of the router's port. */
    static final String KEY = "services";

    private ServiceRows() {}

    /** The logical port of each host's services. */
    static String port(String vpcId) {
        return Titles.network(vpcId) + "-services";
    }

    /** What guests may always ask, whatever groups and ACLs say. */
    static List<String> addresses(Vpc vpc) {
        var all = new ArrayList<>(ServiceSpace.ADDRESSES);
        all.add(TopologyRows.resolver(vpc));
        return all;
    }

    static List<Row> of(Vpc vpc) {
        var id = vpc.getVpcId();
        var routerPort = Titles.routerPort(id);
        var toRouter = Titles.portToRouter(id);
        Map<String, JsonNode> router = Map.of(
                "name", Ovsdb.text(routerPort),
                "mac", Ovsdb.text(VpcSettings.macOf("router of services " + id)),
                "networks", Ovsdb.text(ServiceSpace.ROUTER));
        return List.of(
                Row.shared(Table.SWITCH, KEY, Map.of("name", Ovsdb.text(Titles.network(id) + "-services"))),
                Row.shared(Table.ROUTER_PORT, KEY, router, Row.link(Table.ROUTER, id, "ports")),
                Row.shared(
                        Table.PORT,
                        toRouter,
                        Map.of(
                                "name", Ovsdb.text(toRouter),
                                "type", Ovsdb.text("router"),
                                "addresses", Ovsdb.text("router"),
                                "options", Ovsdb.map(Map.of("router-port", routerPort))),
                        Row.link(Table.SWITCH, KEY, "ports")),
                Row.shared(
                        Table.PORT,
                        port(id),
                        Map.of(
                                "name", Ovsdb.text(port(id)),
                                "type", Ovsdb.text("localport"),
                                "addresses",
                                        Ovsdb.text("%s %s"
                                                .formatted(
                                                        ServiceSpace.mac(id),
                                                        String.join(" ", ServiceSpace.ADDRESSES)))),
                        Row.link(Table.SWITCH, KEY, "ports")));
    }
}
