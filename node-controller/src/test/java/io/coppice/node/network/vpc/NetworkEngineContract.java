package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.Rules.entry;
import static io.coppice.node.network.vpc.Rules.everything;
import static io.coppice.node.network.vpc.Rules.everythingByIpv6;
import static io.coppice.node.network.vpc.Rules.group;
import static io.coppice.node.network.vpc.Rules.rule;
import static io.coppice.node.network.vpc.Rules.tcp;

import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What every engine with VPCs must do with packets, as a table: which kinds of guests may send each other what. Every case is a
 * real packet, for every placement: on one host and across two, within a subnet and across subnets. If this failed, a rule would
 * let through what it should not, or keep out what it should not.
 */
abstract class NetworkEngineContract {
    static final String RED = "vpc-0000000000000000a";
    static final String BLUE = "vpc-0000000000000000b";
    static final String WEB = "sg-0000000000000001a";
    static final String DB = "sg-0000000000000002a";
    static final String CLIENT = "sg-0000000000000003a";
    static final String OPEN = "sg-0000000000000004a";

    private static final String ANYWHERE = "0.0.0.0/0";
    private static final String SUBNET_A = "10.0.1.0/24";
    private static final String SUBNET_B = "10.0.2.0/24";
    private static final String SUBNET_C = "10.0.3.0/24";
    private static final String ANYWHERE_IPV6 = "::/0";
    private static final String SUBNET_A_IPV6 = "fdc0:bb1c:1:1::/64";
    static final String RED_IPV6 = "fdc0:bb1c:1::/56";
    private static final List<Probe> PROBES = Stream.of(
                    "tcp80",
                    "tcp8050",
                    "tcp5432",
                    "tcp5433",
                    "tcp443",
                    "tcp22",
                    "udp53",
                    "udp1500",
                    "icmp8.0",
                    "icmp3.4",
                    "icmp13.0",
                    "gre",
                    "tcp80/6",
                    "tcp8050/6",
                    "tcp5432/6",
                    "tcp22/6",
                    "udp53/6",
                    "udp1500/6",
                    "icmp128.0/6",
                    "icmp1.4/6")
            .map(Probe::parse)
            .toList();
    private static final long ARRIVAL_MILLIS = 15_000;
    private static final int LOOKS_BEFORE_AGAIN = 50;
    private static final long SILENCE_MILLIS = 1_000;

    /**
     * From kind to kind: what passes; everything else does not. Kinds: web and client are in subnet A, db in B, walled in C, whose
     * ACL decides; both is in A and in two groups.
     */
    private static final Map<String, String> TABLE = Map.ofEntries(
            Map.entry("web web", "tcp80 tcp8050 icmp8.0"),
            Map.entry("web db", "tcp5432 icmp8.0 icmp3.4"),
            Map.entry("web client", ""),
            Map.entry("web both", "tcp80 tcp8050 tcp5432 icmp8.0 icmp3.4"),
            Map.entry("web walled", "tcp80 icmp8.0"),
            Map.entry("db web", "udp1500"),
            Map.entry("db db", ""),
            Map.entry("db client", ""),
            Map.entry("db both", "udp1500"),
            Map.entry("db walled", "tcp8050"),
            Map.entry("client web", "tcp80 tcp8050 udp53 icmp8.0"),
            Map.entry("client db", "icmp3.4 gre"),
            Map.entry("client client", ""),
            Map.entry("client both", "tcp80 tcp8050 udp53 icmp8.0 icmp3.4 gre"),
            Map.entry("client walled", "tcp80 icmp8.0"),
            Map.entry("both web", "tcp80 tcp8050 udp1500 icmp8.0"),
            Map.entry("both db", "tcp5432 tcp5433 icmp8.0 icmp3.4"),
            Map.entry("both client", ""),
            Map.entry("both walled", "tcp80 icmp8.0"),
            Map.entry("walled web", "tcp80 icmp8.0"),
            Map.entry("walled db", "icmp3.4"),
            Map.entry("walled client", ""),
            Map.entry("walled both", "tcp80 icmp8.0 icmp3.4"),
            Map.entry(
                    "walled walled",
                    "tcp80 tcp8050 tcp5432 tcp5433 tcp443 tcp22 udp53 udp1500 icmp8.0 icmp3.4 icmp13.0 gre"));

    /** As {@link #TABLE}, by IPv6: rules about IPv4 allow none of it, those that name a group allow both. */
    private static final Map<String, String> IPV6_TABLE = Map.ofEntries(
            Map.entry("web web", "tcp80/6 tcp8050/6 icmp128.0/6"),
            Map.entry("web db", "tcp5432/6 icmp128.0/6 icmp1.4/6"),
            Map.entry("web both", "tcp80/6 tcp8050/6 tcp5432/6 icmp128.0/6 icmp1.4/6"),
            Map.entry("web walled", "tcp80/6 icmp128.0/6"),
            Map.entry("db web", "udp1500/6"),
            Map.entry("db both", "udp1500/6"),
            Map.entry("client web", "tcp80/6 tcp8050/6 udp53/6 icmp128.0/6"),
            Map.entry("client db", "icmp1.4/6"),
            Map.entry("client both", "tcp80/6 tcp8050/6 udp53/6 icmp128.0/6 icmp1.4/6"),
            Map.entry("client walled", "tcp80/6 icmp128.0/6"),
            Map.entry("both web", "tcp80/6 tcp8050/6 udp1500/6 icmp128.0/6"),
            Map.entry("both db", "tcp5432/6 icmp128.0/6 icmp1.4/6"),
            Map.entry("both walled", "tcp80/6 icmp128.0/6"),
            Map.entry("walled web", "tcp80/6 icmp128.0/6"),
            Map.entry("walled db", "icmp1.4/6"),
            Map.entry("walled both", "tcp80/6 icmp128.0/6 icmp1.4/6"),
            Map.entry("walled walled", "tcp80/6 tcp8050/6 tcp5432/6 tcp22/6 udp53/6 udp1500/6 icmp128.0/6 icmp1.4/6"));

    /** The lab with two hosts, told of {@link #red()} and {@link #blue()}. */
    abstract NetworkLab lab();

    /** One case: a packet, and whether it arrives. */
    private record Case(int number, LabGuest from, LabGuest to, Probe probe, boolean passes) {
        String name() {
            return "%s -> %s: %s %s"
                    .formatted(from.label(), to.label(), probe.name(), passes ? "passes" : "is dropped");
        }
    }

    @TestFactory
    Stream<DynamicTest> everyPacketOfTheTable() throws Exception {
        var lab = lab();
        var guests = redGuests(lab);
        var strangers = blueGuests(lab);
        var cases = cases(guests);
        cases.addAll(strangeCases(cases.size(), guests, strangers));
        for (int round = 0; round < 2; round++) {
            for (var each : cases) {
                send(each);
            }
        }
        awaitArrivals(cases);
        var everybody = Stream.concat(guests.stream(), strangers.stream()).toList();
        var results = cases.stream().map(each -> outcome(each, everybody)).toList();
        for (var guest : everybody) {
            lab.removeGuest(guest);
        }
        return results.stream();
    }

    private static List<Case> cases(List<LabGuest> guests) {
        var cases = new ArrayList<Case>();
        for (var from : guests) {
            for (var to : guests) {
                if (from == to) {
                    continue;
                }
                var row = row(from, to);
                for (var probe : PROBES) {
                    // Without ports, what is sent the other way looks like an answer.
                    if (probe.protocol() == Probe.GRE && (from.label().compareTo(to.label()) > 0)) {
                        continue;
                    }
                    cases.add(new Case(cases.size() + 1, from, to, probe, row.contains(probe.name())));
                }
            }
        }
        return cases;
    }

    private static List<String> row(LabGuest from, LabGuest to) {
        var kinds = kind(from) + " " + kind(to);
        var row = TABLE.getOrDefault(kinds, "") + " " + IPV6_TABLE.getOrDefault(kinds, "");
        return List.of(row.strip().split(" "));
    }

    /** The other VPC has the same addresses: its packets reach its own guests and never one of the first. */
    private static List<Case> strangeCases(int begun, List<LabGuest> guests, List<LabGuest> strangers) {
        var cases = new ArrayList<Case>();
        for (var from : strangers) {
            var others = guests.stream().filter(guest -> strangers.stream()
                    .noneMatch(each -> each.address().equals(guest.address())));
            for (var to : Stream.concat(strangers.stream().filter(each -> each != from), others)
                    .toList()) {
                PROBES.stream()
                        .filter(probe -> !probe.ipv6())
                        .map(probe -> new Case(cases.size() + begun + 1, from, to, probe, strangers.contains(to)))
                        .forEach(cases::add);
            }
        }
        return cases;
    }

    private static void send(Case each) throws IOException {
        var to = each.probe().ipv6() ? each.to().ipv6() : each.to().address();
        each.from().send(each.probe(), each.number(), to);
    }

    /** Switches outside the kernel lose packets of a burst while the machine has more to do: what should arrive is sent again. */
    private static void awaitArrivals(List<Case> cases) throws Exception {
        var end = System.nanoTime() + ARRIVAL_MILLIS * 1_000_000;
        for (int look = 1; System.nanoTime() < end; look++) {
            var missing = cases.stream()
                    .filter(each -> each.passes() && !each.to().saw(each.number()))
                    .toList();
            if (missing.isEmpty()) {
                break;
            }
            if (look % LOOKS_BEFORE_AGAIN == 0) {
                for (var each : missing) {
                    send(each);
                }
            }
            Thread.sleep(20);
        }
        Thread.sleep(SILENCE_MILLIS);
    }

    private static DynamicTest outcome(Case each, List<LabGuest> everybody) {
        var receivers = everybody.stream()
                .filter(guest -> guest.saw(each.number()))
                .map(LabGuest::label)
                .toList();
        var expected = each.passes() ? List.of(each.to().label()) : List.of();
        return DynamicTest.dynamicTest(each.name(), () -> Assertions.assertEquals(expected, receivers));
    }

    private static String kind(LabGuest guest) {
        return guest.label().substring(0, guest.label().indexOf('-'));
    }

    private List<LabGuest> redGuests(NetworkLab lab) throws IOException {
        var red = red().build();
        var hosts = lab.hosts();
        var guests = new ArrayList<LabGuest>();
        for (int i = 0; i < 2; i++) {
            guests.add(both(lab, red, "web-" + i, hosts.get(i), 0, "10.0.1.1" + i, WEB));
            guests.add(both(lab, red, "client-" + i, hosts.get(i), 0, "10.0.1.2" + i, CLIENT));
            guests.add(both(lab, red, "db-" + i, hosts.get(i), 1, "10.0.2.1" + i, DB));
            guests.add(both(lab, red, "walled-" + i, hosts.get(i), 2, "10.0.3.1" + i, OPEN));
        }
        guests.add(both(lab, red, "both-0", hosts.getFirst(), 0, "10.0.1.30", WEB, DB));
        lab.tellLocations(RED);
        return guests;
    }

    private List<LabGuest> blueGuests(NetworkLab lab) throws IOException {
        var blue = blue().build();
        var hosts = lab.hosts();
        var guests = List.of(
                guest(lab, blue, "stranger-0", hosts.get(0), 0, "10.0.1.10", OPEN),
                guest(lab, blue, "stranger-1", hosts.get(1), 0, "10.0.1.11", OPEN));
        lab.tellLocations(BLUE);
        return guests;
    }

    static LabGuest guest(
            NetworkLab lab, Vpc vpc, String label, LabHost host, int subnet, String address, String... groups)
            throws IOException {
        var endpoint = NetworkLab.endpoint(vpc, vpc.getSubnets(subnet), address, groups)
                .build();
        var guest = lab.addGuest(label, host, endpoint).boot().configure();
        guest.listen();
        return guest;
    }

    /** A guest of both families. */
    static LabGuest both(
            NetworkLab lab, Vpc vpc, String label, LabHost host, int subnet, String address, String... groups)
            throws IOException {
        var endpoint = NetworkLab.endpoint(vpc, vpc.getSubnets(subnet), address, groups)
                .addIpv6(ipv6Of(address))
                .build();
        var guest = lab.addGuest(label, host, endpoint).boot().configure();
        guest.listen();
        guest.listenByIpv6();
        return guest;
    }

    /** The address in {@link #RED_IPV6} that goes with one in 10.0.0.0/16: of the same subnet, with the same last digits. */
    static String ipv6Of(String address) {
        var octets = address.split("\\.");
        return "fdc0:bb1c:1:%s::%s".formatted(octets[2], octets[3]);
    }

    /** Three subnets, four groups, one ACL that says something. */
    static Vpc.Builder red() {
        var vpc = vpc(RED, 100).setIpv6CidrBlock(RED_IPV6);
        for (int i = 0; i < vpc.getSubnetsCount(); i++) {
            vpc.getSubnetsBuilder(i).setIpv6CidrBlock("fdc0:bb1c:1:%d::/64".formatted(i + 1));
        }
        vpc.getNetworkAclsBuilder(0)
                .addIngress(entry(101, true, -1, -1, -1, ANYWHERE_IPV6))
                .addEgress(entry(101, true, -1, -1, -1, ANYWHERE_IPV6));
        return rules(vpc);
    }

    private static Vpc.Builder rules(Vpc.Builder vpc) {
        return vpc.addSecurityGroups(group(WEB)
                        .addIngress(tcp(80, ANYWHERE))
                        .addIngress(rule(Probe.TCP, 8000, 8100, SUBNET_A))
                        .addIngress(rule(Probe.ICMP, 8, -1, ANYWHERE))
                        .addIngress(rule(Probe.UDP, 53, 53, CLIENT))
                        .addIngress(rule(Probe.UDP, 1000, 2000, DB))
                        .addIngress(tcp(80, ANYWHERE_IPV6))
                        .addIngress(rule(Probe.TCP, 8000, 8100, SUBNET_A_IPV6))
                        .addIngress(rule(Probe.ICMPV6, 128, -1, ANYWHERE_IPV6))
                        .addEgress(everything())
                        .addEgress(everythingByIpv6()))
                .addSecurityGroups(group(DB)
                        .addIngress(tcp(5432, WEB))
                        .addIngress(tcp(5433, DB))
                        .addIngress(rule(Probe.ICMP, 8, 0, WEB))
                        .addIngress(rule(Probe.ICMP, 3, 4, ANYWHERE))
                        .addIngress(rule(Probe.GRE, -1, -1, CLIENT))
                        .addIngress(rule(Probe.ICMPV6, 128, 0, WEB))
                        .addIngress(rule(Probe.ICMPV6, 1, 4, ANYWHERE_IPV6))
                        .addEgress(tcp(443, ANYWHERE))
                        .addEgress(tcp(8050, ANYWHERE))
                        .addEgress(rule(Probe.UDP, 1000, 2000, WEB)))
                .addSecurityGroups(group(CLIENT).addEgress(everything()).addEgress(everythingByIpv6()))
                .addSecurityGroups(group(OPEN)
                        .addIngress(everything())
                        .addIngress(everythingByIpv6())
                        .addEgress(everything())
                        .addEgress(everythingByIpv6()))
                .addNetworkAcls(NetworkAcl.newBuilder()
                        .setNetworkAclId("acl-0000000000000002a")
                        .addIngress(entry(100, true, Probe.TCP, 80, 80, SUBNET_A))
                        .addIngress(entry(110, false, Probe.TCP, 0, 1023, ANYWHERE))
                        .addIngress(entry(120, true, Probe.TCP, 0, 65_535, SUBNET_B))
                        .addIngress(entry(130, true, Probe.ICMP, 8, -1, ANYWHERE))
                        .addIngress(entry(140, true, Probe.TCP, 80, 80, SUBNET_A_IPV6))
                        .addIngress(entry(150, true, Probe.ICMPV6, 128, -1, ANYWHERE_IPV6))
                        .addEgress(entry(120, true, -1, -1, -1, RED_IPV6))
                        .addEgress(entry(100, false, Probe.UDP, 53, 53, ANYWHERE))
                        .addEgress(entry(110, true, -1, -1, -1, "10.0.0.0/16")));
    }

    /** The same ranges, everything open. */
    static Vpc.Builder blue() {
        return vpc(BLUE, 200)
                .addSecurityGroups(group(OPEN).addIngress(everything()).addEgress(everything()));
    }

    private static Vpc.Builder vpc(String id, int vni) {
        var last = id.charAt(id.length() - 1);
        var vpc = Vpc.newBuilder()
                .setVpcId(id)
                .setAccountId("000000000001")
                .addCidrBlocks("10.0.0.0/16")
                .setVni(vni)
                .setDnsSupport(true)
                .setPrivateDomain("us-east-1.internal")
                .addRouteTables(RouteTable.newBuilder()
                        .setRouteTableId("rtb-0000000000000001" + last)
                        .addRoutes(Route.newBuilder()
                                .setDestination(ANYWHERE)
                                .setInternetGatewayId("igw-0000000000000001" + last)))
                .addNetworkAcls(NetworkAcl.newBuilder()
                        .setNetworkAclId("acl-0000000000000001" + last)
                        .addIngress(entry(100, true, -1, -1, -1, ANYWHERE))
                        .addEgress(entry(100, true, -1, -1, -1, ANYWHERE)));
        var number = 0;
        for (var cidr : List.of(SUBNET_A, SUBNET_B, SUBNET_C)) {
            number++;
            vpc.addSubnets(Subnet.newBuilder()
                    .setSubnetId("subnet-000000000000000%d%c".formatted(number, last))
                    .setCidrBlock(cidr)
                    .setZone("us-east-1a")
                    .setVni(vni + number)
                    .setRouteTableId("rtb-0000000000000001" + last)
                    .setNetworkAclId("acl-000000000000000%d%c".formatted(cidr.equals(SUBNET_C) ? 2 : 1, last)));
        }
        return vpc;
    }
}
