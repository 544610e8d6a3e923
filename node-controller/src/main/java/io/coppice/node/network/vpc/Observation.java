package io.coppice.node.network.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** Reads what is in a VPC's namespace, as far as it is ours to make. */
final class Observation {
    /** Devices that plans make; taps and the host's cables to them come from elsewhere. */
    private static final Pattern OURS = Pattern.compile("[bx]\\d{1,8}|ext0|md0|peer0|n[0-9a-f]{12}");

    private static final String MAIN = "main";

    private final Plan plan = new Plan();
    private final Set<String> devices = new HashSet<>();
    private final String namespace;

    private Observation(String namespace) {
        this.namespace = namespace;
    }

    /** The state of the namespace, which must exist. */
    static Observation read(Namespace inside) throws IOException {
        var observation = new Observation(inside.name());
        var ip =
                inside.askIp("link show", "addr show", "neigh show nud permanent", "route show table all", "rule show");
        var bridge = inside.askBridge("link show", "fdb show");
        ip.get(0).forEach(observation::link);
        ip.get(1).forEach(observation::addresses);
        ip.get(2).forEach(observation::neighbour);
        ip.get(3).forEach(observation::route);
        ip.get(4).forEach(observation::rule);
        bridge.get(0).forEach(observation::flags);
        bridge.get(1).forEach(observation::forwarding);
        Ipv6Observation.read(inside, observation.plan);
        inside.askTc("qdisc show").getFirst().forEach(observation::shape);
        return observation;
    }

    /** Whether plans make devices of this name. */
    static boolean isOurs(String device) {
        return OURS.matcher(device).matches();
    }

    /** Everything that was found, as the settings that would have made it. */
    Plan plan() {
        return plan;
    }

    /** Names of all devices, taps too. */
    Set<String> devices() {
        return Set.copyOf(devices);
    }

    private void link(JsonNode link) {
        var name = text(link, "ifname");
        devices.add(name);
        if (link.has("master")) {
            plan.add(Setting.port(name, text(link, "master")));
        }
        var isUp = StreamSupport.stream(link.path("flags").spliterator(), false)
                .anyMatch(flag -> flag.asText().equals("UP"));
        if (isUp) {
            plan.add(Setting.up(name, link.path("mtu").asInt()));
        }
        if (!isOurs(name)) {
            return;
        }
        var info = link.path("linkinfo");
        switch (text(info, "info_kind")) {
            case "bridge" -> plan.add(Setting.bridge(name, text(link, "address")));
            case "vxlan" -> {
                var data = info.path("info_data");
                plan.add(Setting.tunnel(
                        name,
                        namespace,
                        data.path("id").asInt(),
                        text(data, "local"),
                        data.path("port").asInt()));
            }
            case "veth" -> plan.add(Setting.pair(name, text(link, "address"), "", "", namespace));
            default ->
                plan.add(new Setting(Setting.Kind.LINK, "link " + name, "strange", "", "link delete dev " + name));
        }
    }

    private void addresses(JsonNode link) {
        var name = text(link, "ifname");
        if (!isOurs(name)) {
            return;
        }
        for (var address : link.path("addr_info")) {
            plan.add(Setting.address(
                    name, text(address, "local"), address.path("prefixlen").asInt()));
        }
    }

    private void neighbour(JsonNode neighbour) {
        if (!neighbour.path("lladdr").isMissingNode()) {
            plan.add(Setting.neighbour(text(neighbour, "dev"), text(neighbour, "dst"), text(neighbour, "lladdr")));
        }
    }

    private void route(JsonNode route) {
        var table = route.has("table") ? text(route, "table") : MAIN;
        var number = table.equals(MAIN) ? Routing.MAIN_TABLE : table.matches("\\d+") ? Integer.parseInt(table) : 0;
        if (number == 0 || text(route, "protocol").equals("kernel")) {
            return;
        }
        var destination = text(route, "dst");
        if (route.has("type")) {
            plan.add(Setting.dead(number, destination, text(route, "type")));
        } else {
            plan.add(Setting.route(number, destination, text(route, "gateway"), text(route, "dev")));
        }
    }

    private void rule(JsonNode rule) {
        var table = text(rule, "table");
        if (table.matches("\\d+")) {
            plan.add(Setting.rule(
                    rule.path("priority").asInt(), text(rule, "iif"), text(rule, "ipproto"), Integer.parseInt(table)));
        }
    }

    private void flags(JsonNode port) {
        if (port.path("learning").asBoolean() || port.path("flood").asBoolean()) {
            return;
        }
        var device = text(port, "ifname");
        var answered = port.path("neigh_suppress").asBoolean();
        var flooded = port.path("bcast_flood").asBoolean();
        if (answered && !flooded) {
            plan.add(Setting.quiet(device));
        } else if (!answered && flooded) {
            plan.add(Setting.served(device));
        }
    }

    private void forwarding(JsonNode entry) {
        if (!text(entry, "state").equals("static")) {
            return;
        }
        var device = text(entry, "ifname");
        if (entry.has("dst")) {
            plan.add(Setting.carried(text(entry, "mac"), device, text(entry, "dst")));
        } else if (entry.has("master")) {
            plan.add(Setting.behind(text(entry, "mac"), device));
        }
    }

    private void shape(JsonNode queue) {
        if (text(queue, "kind").equals("tbf")) {
            var bytes = queue.path("options").path("rate").asLong();
            plan.add(Setting.shaped(text(queue, "dev"), bytes / TapGuard.BYTES_OF_MBIT));
        }
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }
}
