package io.coppice.node.network.vpc;

import io.coppice.node.network.vpc.Setting.Kind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All settings of one namespace by their ids. Not thread-safe. */
final class Plan {
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    /** All that a VPC needs on this host. */
    static Plan of(VpcView view) {
        var plan = new Plan();
        Segments.plan(view, plan);
        Routing.plan(view, plan);
        Cables.plan(view, plan);
        Peerings.plan(view, plan);
        Ipv6Plan.plan(view, plan);
        return plan;
    }

    void add(Setting setting) {
        settings.put(setting.id(), setting);
    }

    private boolean holds(Setting setting) {
        var present = settings.get(setting.id());
        return present != null && present.value().equals(setting.value());
    }

    /** Whether it is the other one and, at most, neighbours and the host's own settings besides. */
    boolean onlyNamesMoreThan(Plan present) {
        return present.settings.keySet().stream().allMatch(settings::containsKey)
                && settings.values().stream()
                        .filter(each ->
                                each.kind() != Kind.NEIGHBOUR && !each.kind().isOfHost())
                        .allMatch(present::holds);
    }

    /**
     * Carries out what differs from {@code present}; {@code repeat} has the host's own settings made again although nothing is
     * known to differ. Whether anything was done in the namespace.
     */
    boolean carryOut(Plan present, boolean repeat, Namespace host, Namespace inside) throws IOException {
        Predicate<Setting> isMissing =
                each -> !present.holds(each) || (repeat && each.kind().isOfHost());
        var missing = settings.values().stream().filter(isMissing).toList();
        var gone = present.settings.values().stream()
                .filter(each -> !each.kind().isOfHost() || !repeat)
                .filter(each -> !settings.containsKey(each.id()) || isMadeAnew(each))
                .filter(each -> !each.remove().isEmpty())
                .toList();
        inside.ip6AsFarAsPossible(removals(gone, Kind.ROUTE_RULE_IPV6));
        inside.ipAsFarAsPossible(removals(gone, Kind.ROUTE_RULE, Kind.ROUTE, Kind.NEIGHBOUR));
        inside.bridgeAsFarAsPossible(removals(gone, Kind.FORWARDING));
        inside.tcAsFarAsPossible(removals(gone, Kind.SHAPE));
        inside.ipAsFarAsPossible(removals(gone, Kind.ADDRESS, Kind.PORT, Kind.LINK, Kind.LINK_FROM_HOST));
        host.ipAsFarAsPossible(removals(gone, Kind.HOST));
        host.ovs(removals(gone, Kind.SWITCH));
        host.ip(additions(missing, Kind.LINK_FROM_HOST));
        host.sysctl(additions(missing, Kind.HOST_KERNEL).lines().toList());
        try (var hosts = Beside.begin(() -> onHost(host, missing))) {
            inside.ip(additions(missing, Kind.LINK, Kind.PORT, Kind.UP, Kind.ADDRESS));
            inside.bridge(additions(missing, Kind.PORT_FLAGS, Kind.FORWARDING));
            inside.tcAsFarAsPossible(additions(missing, Kind.SHAPE));
            inside.ip(additions(missing, Kind.NEIGHBOUR, Kind.ROUTE, Kind.ROUTE_RULE));
            inside.ip6(additions(missing, Kind.ROUTE_RULE_IPV6));
            hosts.result();
        }
        return !gone.isEmpty() || missing.stream().anyMatch(each -> !each.kind().isOfHost());
    }

    private static void onHost(Namespace host, List<Setting> missing) throws IOException {
        host.ip(additions(missing, Kind.HOST));
        host.ovs(additions(missing, Kind.SWITCH));
    }

    /** A device cannot be changed into another one: it is removed first. */
    private boolean isMadeAnew(Setting present) {
        return (present.kind() == Kind.LINK || present.kind() == Kind.LINK_FROM_HOST) && !holds(present);
    }

    private static String removals(List<Setting> gone, Kind... kinds) {
        return lines(gone, Setting::remove, kinds);
    }

    private static String additions(List<Setting> missing, Kind... kinds) {
        return lines(missing, Setting::add, kinds);
    }

    private static String lines(List<Setting> settings, Function<Setting, String> line, Kind... kinds) {
        var text = new StringBuilder();
        for (var kind : kinds) {
            text.append(settings.stream()
                    .filter(each -> each.kind() == kind)
                    .map(each -> line.apply(each) + "\n")
                    .collect(Collectors.joining()));
        }
        return text.toString();
    }

    /** What was planned of a device that is not there any more. */
    void forgetDevice(String device) {
        settings.values().removeIf(each -> List.of(each.id().split(" ")).contains(device));
    }
}
