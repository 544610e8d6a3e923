package io.coppice.node.network;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A connection that a host remembers for a guest, and another host can go on remembering. Addresses and ports are literal.
 * Source: conntrack(8), output "save".
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param seconds for which it is remembered without a packet, 1 or more
 * @param source who began it
 * @param destination whom it was sent to
 * @param answerSource who answers: the destination unless that was translated
 * @param answerDestination whom answers are sent to: the source unless that was translated
 * @param sourcePort of who began it, not translated
 * @param destinationPort that it was sent to
 * @param assured whether it lasts when there are too many
 * @param state of TCP as conntrack(8) names it; empty for UDP
 */
public record OpenFlow(
        String protocol,
        int seconds,
        String source,
        String destination,
        String answerSource,
        String answerDestination,
        int sourcePort,
        int destinationPort,
        boolean assured,
        String state) {
    /** As many of one guest are handed on; the rest begin anew. */
    public static final int MOST = 65_536;

    private static final Pattern LITERAL = Pattern.compile("[0-9.]{7,15}|[0-9a-f:.]{2,39}");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,7}");
    private static final Set<String> STATES =
            Set.of("SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE");
    private static final Set<String> PROTOCOLS = Set.of("tcp", "udp");
    private static final List<String> PORTS = List.of("--sport", "--dport", "--reply-port-src", "--reply-port-dst");
    /** Each by its names: what is translated has another one. */
    private static final List<String[]> ADDRESSES =
            List.of(new String[] {"-s"}, new String[] {"-d"}, new String[] {"-r", "-g"}, new String[] {"-q", "-n"});

    /**
     * Reads a line of {@code conntrack -L -o save}. Empty for what is not handed on: other protocols, what was never answered, and
     * flows whose ports were translated. Nothing of the line is believed that is not an address, a number or a known word.
     */
    public static Optional<OpenFlow> parse(String line) {
        var words = line.strip().split("\\s+");
        var options = new HashMap<String, String>();
        for (int i = 1; i + 1 < words.length; i += 2) {
            options.put(words[i], words[i + 1]);
        }
        return words[0].equals("-A") && isWhole(options) && keepsItsPorts(options)
                ? Optional.of(of(options))
                : Optional.empty();
    }

    private static OpenFlow of(Map<String, String> options) {
        return new OpenFlow(
                option(options, "-p"),
                Math.max(1, Integer.parseInt(option(options, "-t"))),
                option(options, "-s"),
                option(options, "-d"),
                option(options, "-r", "-g"),
                option(options, "-q", "-n"),
                Integer.parseInt(option(options, "--sport")),
                Integer.parseInt(option(options, "--dport")),
                status(options).contains("ASSURED"),
                option(options, "--state"));
    }

    private static boolean isWhole(Map<String, String> options) {
        var isTcp = option(options, "-p").equals("tcp");
        var hasState = STATES.contains(option(options, "--state"));
        return PROTOCOLS.contains(option(options, "-p"))
                && isTcp == hasState
                && status(options).contains("SEEN_REPLY")
                && SECONDS.matcher(option(options, "-t")).matches()
                && ADDRESSES.stream().map(names -> option(options, names)).allMatch(OpenFlow::isAddress)
                && PORTS.stream()
                        .allMatch(port -> PORT.matcher(option(options, port)).matches());
    }

    private static boolean keepsItsPorts(Map<String, String> options) {
        return option(options, "--sport").equals(option(options, "--reply-port-dst"))
                && option(options, "--dport").equals(option(options, "--reply-port-src"));
    }

    private static List<String> status(Map<String, String> options) {
        return List.of(option(options, "-u").split(","));
    }

    /** The value of the first of these that is there, empty when none is. */
    private static String option(Map<String, String> options, String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.ofNullable(options.get(name)))
                .findFirst()
                .orElse("");
    }

    private static boolean isAddress(String text) {
        if (!LITERAL.matcher(text).matches()) {
            return false;
        }
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The line of conntrack(8) that has a kernel remember it, unless it does already. */
    public String line() {
        var text = new StringBuilder("-A -t ").append(seconds).append(" -u SEEN_REPLY");
        if (assured) {
            text.append(",ASSURED");
        }
        text.append(" -s ").append(source).append(" -d ").append(destination);
        text.append(answerSource.equals(destination) ? " -r " : " -g ").append(answerSource);
        text.append(answerDestination.equals(source) ? " -q " : " -n ").append(answerDestination);
        text.append(" -p ").append(protocol);
        text.append(" --sport ").append(sourcePort).append(" --dport ").append(destinationPort);
        text.append(" --reply-port-src ").append(destinationPort);
        text.append(" --reply-port-dst ").append(sourcePort);
        return state.isEmpty()
                ? text.toString()
                : text.append(" --state ").append(state).toString();
    }
}
