package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tables of nft(8) that count the flows of one period in a VPC's namespace, one for each family of addresses. Packets from and to covered addresses are counted at
 * three points: before anything judges them, between the sender's side and the receiver's, and behind everything. What is missing at
 * a later point was refused in between. A packet carries its period in its mark, so that one that is under way while periods change
 * is counted in the same one at every point. The tables are in families of their own, where nobody else looks for rules. Immutable.
 *
 * @param beginSeconds when the period began, since 1970; names the tables
 * @param families those that have a table
 */
record FlowTable(long beginSeconds, Set<Family> families) {
    /** Flows with ports that fit into one period: what the listing of a set may be long. */
    private static final int MOST = 32_768;

    private static final int MOST_WITHOUT_PORTS = 4_096;
    private static final String PREFIX = "flows_";
    private static final Pattern LISTED = Pattern.compile("table (ip6?) " + PREFIX + "(\\d{1,12})");
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

    FlowTable {
        families = Set.copyOf(families);
    }

    /** Of a period that begins, before there is anything to count. */
    static FlowTable beginning(long seconds) {
        return new FlowTable(seconds, Set.of());
    }

    /** Those that are there, the oldest first. */
    static List<FlowTable> present(Namespace inside) throws IOException {
        var found = new TreeMap<Long, Set<Family>>();
        inside.run("nft", "list", "tables")
                .lines()
                .map(LISTED::matcher)
                .filter(Matcher::matches)
                .forEach(table -> found.computeIfAbsent(
                                Long.parseLong(table.group(2)), begin -> EnumSet.noneOf(Family.class))
                        .add(table.group(1).equals(Family.IPV4.header()) ? Family.IPV4 : Family.IPV6));
        return found.entrySet().stream()
                .map(each -> new FlowTable(each.getKey(), each.getValue()))
                .toList();
    }

    /** This one with tables for all of these addresses. */
    FlowTable with(Collection<String> covered) {
        var wider = EnumSet.noneOf(Family.class);
        wider.addAll(families);
        for (var family : Family.values()) {
            if (covered.stream().anyMatch(family::has)) {
                wider.add(family);
            }
        }
        return new FlowTable(beginSeconds, wider);
    }

    /** The lines that make what this has more than the other, and have these addresses counted. */
    String covering(Collection<String> covered, FlowTable before) {
        var text = new StringBuilder();
        for (var family : families.stream().sorted().toList()) {
            if (!before.families.contains(family)) {
                text.append(creation(family));
            }
            text.append("flush set %s %s covered\n".formatted(family.header(), name()));
            var own = covered.stream().filter(family::has).sorted().toList();
            if (!own.isEmpty()) {
                text.append("add element %s %s covered { %s }\n"
                        .formatted(family.header(), name(), String.join(", ", own)));
            }
        }
        return text.toString();
    }

    private String creation(Family family) {
        var text = new StringBuilder("""
                table %s %s {
                  counter lost { }
                  set covered { type %s; }
                """.formatted(family.header(), name(), family.addressType()));
        for (var point : Point.values()) {
            text.append("""
                      set %1$s { type %6$s . %6$s . inet_proto . inet_service . inet_service; flags dynamic; size %2$d; }
                      set %1$s_portless { type %6$s . %6$s . inet_proto; flags dynamic; size %3$d; }
                      chain count_%1$s {
                        %4$s add @%1$s { %5$s saddr . %5$s daddr . meta l4proto . th sport . th dport counter } return
                        %4$s counter name lost return
                        add @%1$s_portless { %5$s saddr . %5$s daddr . meta l4proto counter } return
                        counter name lost
                      }
                    """.formatted(
                    point.chain(), MOST, MOST_WITHOUT_PORTS, WITH_PORTS, family.header(), family.addressType()));
            text.append(chain(family, point));
        }
        return text.append("}\n").toString();
    }

    /** Metadata is nobody's traffic, as in AWS; nor is what neighbours ask each other on their wire. */
    private String chain(Family family, Point point) {
        var head = "  chain %s { type filter hook forward priority %d; policy accept;\n"
                .formatted(point.chain(), point.priority);
        if (point != Point.OFFERED) {
            return head + "    meta mark %s goto count_%s\n  }\n".formatted(mark(), point.chain());
        }
        var neighbours = family == Family.IPV6 ? "    " + VpcRules.NEIGHBOURS + "\n" : "";
        return head + neighbours + """
                    iifname "%1$s" accept
                    oifname "%1$s" accept
                    %3$s saddr @covered meta mark set %2$s goto count_offered
                    %3$s daddr @covered meta mark set %2$s goto count_offered
                  }
                """.formatted(VpcView.METADATA, mark(), family.header());
    }

    /** The lines by which no more packets are taken; those that are marked are counted to their end. */
    String closing() {
        return lines("flush chain %1$s %2$s offered\ndelete chain %1$s %2$s offered\n");
    }

    /** The lines that remove everything. */
    String removal() {
        return lines("delete table %s %s\n");
    }

    private String lines(String ofFamily) {
        return families.stream()
                .sorted()
                .map(family -> ofFamily.formatted(family.header(), name()))
                .collect(Collectors.joining());
    }

    /** What was counted. */
    Content read(Namespace inside) throws IOException {
        var counts = new EnumMap<Point, Map<FlowKey, FlowTally>>(Point.class);
        var complete = true;
        for (var family : families) {
            for (var point : Point.values()) {
                var flows = counts.computeIfAbsent(point, any -> new HashMap<>());
                for (var set : List.of(point.chain(), point.chain() + "_portless")) {
                    inside.run("nft", "-n", "list", "set", family.header(), name(), set)
                            .lines()
                            .flatMap(line -> FlowKey.parse(line).stream())
                            .forEach(each -> flows.put(each.key(), each.tally()));
                }
            }
            var lost = LOST.matcher(inside.run("nft", "list", "counter", family.header(), name(), "lost"));
            complete &= lost.find() && Long.parseLong(lost.group(1)) == 0;
        }
        return new Content(counts, complete);
    }

    private String name() {
        return PREFIX + beginSeconds;
    }

    /** Of two periods within days of each other never the same. */
    private String mark() {
        return "0x%08x".formatted(Long.decode(FIRST_OF_MARKS) | beginSeconds & 0xfffff);
    }
}
