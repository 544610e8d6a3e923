package io.coppice.node.network.ovn;

import java.util.Collection;
import java.util.stream.Collectors;

/** How rows of ours are called in the northbound database, where names of other people's rows must not be hit. */
final class Titles {
    private static final String PREFIX = "coppice";

    private Titles() {}

    /** A port group, as matches can name it: letters, digits and underscores. */
    static String portGroup(String vpc, String id) {
        return "%s_%s_%s".formatted(PREFIX, vpc.replace('-', '_'), id.replace('-', '_'));
    }

    static String network(String id) {
        return "%s-%s".formatted(PREFIX, id);
    }

    /** The router's port in a subnet. */
    static String routerPort(String subnet) {
        return "%s-router-%s".formatted(PREFIX, subnet);
    }

    /** The subnet's port to the router. */
    static String portToRouter(String subnet) {
        return "%s-to-router-%s".formatted(PREFIX, subnet);
    }

    /** Names in a match. */
    static String anyOf(Collection<String> names) {
        return names.stream().sorted().map("\"%s\""::formatted).collect(Collectors.joining(", ", "{", "}"));
    }
}
