package io.coppice.node.network.vpc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A connection as the kernel's tracker knows it.
 *
 * @param protocol number of IP
 * @param source who began it
 * @param destination whom it was sent to
 * @param answerSource who answers: the destination unless that was translated
 * @param answerDestination whom answers are sent to: the source unless that was translated
 * @param sourcePort 0 where the protocol has none
 * @param port destination port, or the type of an ICMP question
 * @param code of an ICMP question
 */
record Flow(
        int protocol,
        String source,
        String destination,
        String answerSource,
        String answerDestination,
        int sourcePort,
        int port,
        int code) {
    /** Reads a line of {@code conntrack -L}; empty for what is no flow between two addresses. */
    static Optional<Flow> parse(String line) {
        var words = line.strip().split("\\s+");
        if (words.length < 4 || !words[1].matches("\\d{1,3}")) {
            return Optional.empty();
        }
        var first = new HashMap<String, String>();
        var second = new HashMap<String, String>();
        for (var word : words) {
            var equals = word.indexOf('=');
            if (equals > 0) {
                var name = word.substring(0, equals);
                var value = word.substring(equals + 1);
                if (first.putIfAbsent(name, value) != null) {
                    second.putIfAbsent(name, value);
                }
            }
        }
        if (!isBetweenTwo(first) || !isBetweenTwo(second)) {
            return Optional.empty();
        }
        var protocol = Integer.parseInt(words[1]);
        var isIcmp = protocol == SecurityRules.ICMP || protocol == SecurityRules.ICMPV6;
        return Optional.of(new Flow(
                protocol,
                first.getOrDefault("src", ""),
                first.getOrDefault("dst", ""),
                second.getOrDefault("src", ""),
                second.getOrDefault("dst", ""),
                isIcmp ? number(first, "id") : number(first, "sport"),
                isIcmp ? number(first, "type") : number(first, "dport"),
                number(first, "code")));
    }

    /** What is sent to a group of IPv6 stays on its wire and is no flow. */
    private static boolean isBetweenTwo(Map<String, String> values) {
        return values.containsKey("src")
                && values.containsKey("dst")
                && Stream.of("src", "dst").map(values::get).noneMatch(address -> address.startsWith("ff"));
    }

    private static int number(Map<String, String> values, String name) {
        var text = values.get(name);
        return text == null || !text.matches("\\d{1,9}") ? 0 : Integer.parseInt(text);
    }

    /** The line of conntrack(8) that forgets it. */
    String removal() {
        var addresses = "-D -p %d -s %s -d %s".formatted(protocol, source, destination);
        return switch (protocol) {
            case SecurityRules.TCP, SecurityRules.UDP ->
                "%s --sport %d --dport %d".formatted(addresses, sourcePort, port);
            case SecurityRules.ICMP ->
                "%s --icmp-type %d --icmp-code %d --icmp-id %d".formatted(addresses, port, code, sourcePort);
            case SecurityRules.ICMPV6 ->
                "%s --icmpv6-type %d --icmpv6-code %d --icmpv6-id %d".formatted(addresses, port, code, sourcePort);
            default -> addresses;
        };
    }
}
