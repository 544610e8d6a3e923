package io.coppice.node.network.vpc;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One direction of a flow.
 *
 * @param source IPv4 or IPv6 address, as the kernel's programs write it
 * @param destination likewise
 * @param protocol number of IP
 * @param sourcePort 0 for protocols without ports
 * @param destinationPort 0 for protocols without ports
 */
record FlowKey(String source, String destination, int protocol, int sourcePort, int destinationPort) {
    private static final String ADDRESS = "([0-9a-f:.]{2,45})";
    private static final Pattern ELEMENT = Pattern.compile(ADDRESS + " \\. " + ADDRESS
            + " \\. (\\d{1,3})(?: \\. (\\d{1,5}) \\. (\\d{1,5}))? counter packets (\\d{1,18}) bytes (\\d{1,18})");

    /** A flow with what was counted of it. */
    record Counted(FlowKey key, FlowTally tally) {}

    /** Reads a line of what nft(8) lists of a set of flows; empty when there is none in it. */
    static Optional<Counted> parse(String line) {
        var found = ELEMENT.matcher(line);
        if (!found.find()) {
            return Optional.empty();
        }
        var key = new FlowKey(
                found.group(1),
                found.group(2),
                Integer.parseInt(found.group(3)),
                port(found.group(4)),
                port(found.group(5)));
        return Optional.of(
                new Counted(key, new FlowTally(Long.parseLong(found.group(6)), Long.parseLong(found.group(7)))));
    }

    @SuppressWarnings("NullAway") // A group of a pattern may be missing.
    private static int port(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }
}
