package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of nft(8) that counts the flows of one period in a VPC's namespace. Packets from and to covered addresses are counted at
 * three points: before anything judges them, between the sender's side and the receiver's, and behind everything. What is missing at
 * a later point was refused in between. A packet carries its period in its mark, so that one that is under way while periods change
 * is counted in the same one at every point. The table is in a family of its own, where nobody else looks for rules.
 *
 * @param beginSeconds when the period began, since 1970; names the table
 */
record FlowTable(long beginSeconds) {
    static final String FAMILY = "ip";

    /** Flows with ports that fit into one period: what the listing of a set may be long. */
    private static final int MOST = 32_768;

    private static final int MOST_WITHOUT_PORTS = 4_096;
    private static final String PREFIX = "flows_";
    private static final Pattern LISTED = Pattern.compile("table ip " + PREFIX + "(\\d{1,12})");
    private static final Pattern LOST = Pattern.compile("packets (\\d+)");
    private static final String WITH_PORTS = "meta l4proto { 6, 17, 132 }";
    private static final String FIRST_OF_MARKS = "0x0f100000";

    /** Where packets are counted. */
    enum Point {
        /** Whatever guests and others send. */
        OFFERED(-40),
        /** What network ACLs and the sender's security groups let pass. */
        SENT(5),
        /** What the receiver's security groups let pass as well. */
        DELIVERED(30);

        private final int priority;

        Point(int priority) {
            this.priority = priority;
        }

        String chain() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a table has counted.
     *
     * @param complete whether there was room for every flow
     */
    record Content(Map<Point, Map<FlowKey, FlowTally>> counts, boolean complete) {
        /** The same, when it is known that not everything was counted. */
        Content asIncomplete() {
            return new Content(counts, false);
        }

        FlowTally at(Point point, FlowKey flow) {
            return counts.getOrDefault(point, Map.of()).getOrDefault(flow, FlowTally.NONE);
        }
    }

    /** The tables that are there, the oldest first. */
    static List<FlowTable> present(Namespace inside) throws IOException {
        return inside.run("nft", "list", "tables", FAMILY)
                .lines()
                .map(LISTED::matcher)
                .filter(Matcher::matches)
                .map(found -> new FlowTable(Long.parseLong(found.group(1))))
                .sorted(Comparator.comparingLong(FlowTable::beginSeconds))
                .toList();
    }

    /** The lines that make the table and let it count. */
    String creation(Collection<String> covered) {
        var text = new StringBuilder("""
                table ip %s {
                  counter lost { }
                  set covered { type ipv4_addr; }
                """.formatted(name()));
        for (var point : Point.values()) {
            text.append("""
                      set %1$s { type ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service; flags dynamic; size %2$d; }
                      set %1$s_portless { type ipv4_addr . ipv4_addr . inet_proto; flags dynamic; size %3$d; }
                      chain count_%1$s {
                        %4$s add @%1$s { ip saddr . ip daddr . meta l4proto . th sport . th dport counter } return
                        %4$s counter name lost return
                        add @%1$s_portless { ip saddr . ip daddr . meta l4proto counter } return
                        counter name lost
                      }
                    """.formatted(point.chain(), MOST, MOST_WITHOUT_PORTS, WITH_PORTS));
            text.append(chain(point));
        }
        return text.append("}\n").append(cover(covered)).toString();
    }

    /** Metadata is nobody's traffic, as in AWS. */
    private String chain(Point point) {
        var head = "  chain %s { type filter hook forward priority %d; policy accept;\n"
                .formatted(point.chain(), point.priority);
        if (point != Point.OFFERED) {
            return head + "    meta mark %s goto count_%s\n  }\n".formatted(mark(), point.chain());
        }
        return head + """
                    iifname "%1$s" accept
                    oifname "%1$s" accept
                    ip saddr @covered meta mark set %2$s goto count_offered
                    ip daddr @covered meta mark set %2$s goto count_offered
                  }
                """.formatted(VpcView.METADATA, mark());
    }

    /** The lines that make these addresses the covered ones. */
    String cover(Collection<String> addresses) {
        var flush = "flush set ip %s covered\n".formatted(name());
        return addresses.isEmpty()
                ? flush
                : flush
                        + "add element ip %s covered { %s }\n"
                                .formatted(name(), String.join(", ", new TreeSet<>(addresses)));
    }

    /** The lines by which the table takes no more packets; those that it has marked are counted to their end. */
    String closing() {
        return "flush chain ip %1$s offered\ndelete chain ip %1$s offered\n".formatted(name());
    }

    /** The line that removes the table. */
    String removal() {
        return "delete table ip %s\n".formatted(name());
    }

    /** What was counted. */
    Content read(Namespace inside) throws IOException {
        var counts = new EnumMap<Point, Map<FlowKey, FlowTally>>(Point.class);
        for (var point : Point.values()) {
            var flows = new HashMap<FlowKey, FlowTally>();
            for (var set : List.of(point.chain(), point.chain() + "_portless")) {
                inside.run("nft", "-n", "list", "set", FAMILY, name(), set)
                        .lines()
                        .flatMap(line -> FlowKey.parse(line).stream())
                        .forEach(each -> flows.put(each.key(), each.tally()));
            }
            counts.put(point, flows);
        }
        var lost = LOST.matcher(inside.run("nft", "list", "counter", FAMILY, name(), "lost"));
        return new Content(counts, lost.find() && Long.parseLong(lost.group(1)) == 0);
    }

    private String name() {
        return PREFIX + beginSeconds;
    }

    /** Of two periods within days of each other never the same. */
    private String mark() {
        return "0x%08x".formatted(Long.decode(FIRST_OF_MARKS) | beginSeconds & 0xfffff);
    }
}
