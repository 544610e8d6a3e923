package io.coppice.cloud.network.group;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Protocol and ports of a rule, checked as AWS does. */
record ProtocolPorts(int protocol, int from, int to) {
    private static final int MOST_PORT = 65_535;
    private static final int MOST_PROTOCOL = 255;
    private static final int MOST_ICMP = 255;

    /**
     * Reads them from a request.
     *
     * @param name {@code tcp}, {@code udp}, {@code icmp}, {@code icmpv6}, {@code all}, a number or -1
     */
    static ProtocolPorts of(@Nullable String name, @Nullable Integer from, @Nullable Integer to) {
        var protocol = protocol(name);
        return switch (protocol) {
            case Permission.TCP, Permission.UDP -> ports(protocol, from, to);
            case Permission.ICMP -> icmp(protocol, from, to);
            case Permission.ICMPV6 ->
                from == null && to == null
                        ? new ProtocolPorts(protocol, Permission.ALL, Permission.ALL)
                        : icmp(protocol, from, to);
            // All others have no ports that could be told apart.
            default -> new ProtocolPorts(protocol, Permission.ALL, Permission.ALL);
        };
    }

    private static int protocol(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw io.coppice.cloud.network.NetworkErrors.missing("ipProtocol");
        }
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "tcp" -> Permission.TCP;
            case "udp" -> Permission.UDP;
            case "icmp" -> Permission.ICMP;
            case "icmpv6" -> Permission.ICMPV6;
            case "all", "-1" -> Permission.ALL;
            default -> number(name);
        };
    }

    private static int number(String name) {
        if (!name.matches("[0-9]{1,3}") || Integer.parseInt(name) > MOST_PROTOCOL) {
            throw GroupErrors.value("Invalid value '" + name + "' for IP protocol. Unknown protocol.");
        }
        return Integer.parseInt(name);
    }

    private static ProtocolPorts ports(int protocol, @Nullable Integer from, @Nullable Integer to) {
        if (from == null || to == null || (from == Permission.ALL && to == Permission.ALL)) {
            throw GroupErrors.value("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
        }
        if (from < 0 || from > MOST_PORT || to < 0 || to > MOST_PORT || from > to) {
            throw GroupErrors.value("Invalid TCP/UDP port range (" + from + "-" + to + ")");
        }
        return new ProtocolPorts(protocol, from, to);
    }

    private static ProtocolPorts icmp(int protocol, @Nullable Integer type, @Nullable Integer code) {
        if (type == null || code == null) {
            throw GroupErrors.value("Invalid value 'Must specify both type and code with ICMP.' for portRange.");
        }
        if (type < Permission.ALL || type > MOST_ICMP || code < Permission.ALL || code > MOST_ICMP) {
            throw GroupErrors.value("Invalid ICMP type/code (" + type + "/" + code + ")");
        }
        if (type == Permission.ALL && code != Permission.ALL) {
            throw GroupErrors.value("ICMP code (" + code + ") must be -1 (all) when the type is -1 (all)");
        }
        return new ProtocolPorts(protocol, type, code);
    }
}
