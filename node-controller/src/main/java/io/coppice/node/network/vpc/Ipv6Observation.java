package io.coppice.node.network.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Reads what is of IPv6 in a VPC's namespace, as far as it is ours to make. */
final class Ipv6Observation {
    private static final String ANYWHERE = "default";

    private final Plan plan;

    private Ipv6Observation(Plan plan) {
        this.plan = plan;
    }

    /** Adds to the plan what is there. */
    static void read(Namespace inside, Plan plan) throws IOException {
        var observation = new Ipv6Observation(plan);
        var ip = inside.askIp6(
                "addr show", "neigh show nud permanent", "neigh show proxy", "route show table all", "rule show");
        ip.get(0).forEach(observation::addresses);
        ip.get(1).forEach(observation::neighbour);
        ip.get(2).forEach(each -> plan.add(Ipv6Settings.answered(text(each, "dev"), text(each, "dst"))));
        ip.get(3).forEach(observation::route);
        ip.get(4).forEach(observation::rule);
    }

    private void addresses(JsonNode link) {
        var name = text(link, "ifname");
        if (Observation.isOurs(name)) {
            for (var address : link.path("addr_info")) {
                plan.add(Ipv6Settings.address(
                        name, text(address, "local"), address.path("prefixlen").asInt()));
            }
        }
    }

    private void neighbour(JsonNode neighbour) {
        if (neighbour.has("lladdr")) {
            plan.add(Setting.neighbour(text(neighbour, "dev"), text(neighbour, "dst"), text(neighbour, "lladdr")));
        }
    }

    private void route(JsonNode route) {
        var table = text(route, "table");
        if (!table.matches("\\d+") || text(route, "protocol").equals("kernel")) {
            return;
        }
        var number = Integer.parseInt(table);
        var destination = text(route, "dst").equals(ANYWHERE) ? Ipv6.ANY.toString() : text(route, "dst");
        var type = text(route, "type");
        plan.add(
                type.isEmpty() || type.equals("unicast")
                        ? Setting.route(number, destination, text(route, "gateway"), text(route, "dev"))
                        : Setting.dead(number, destination, type));
    }

    private void rule(JsonNode rule) {
        var table = text(rule, "table");
        if (table.matches("\\d+")) {
            plan.add(Ipv6Settings.rule(
                    rule.path("priority").asInt(), text(rule, "iif"), text(rule, "ipproto"), Integer.parseInt(table)));
        }
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }
}
