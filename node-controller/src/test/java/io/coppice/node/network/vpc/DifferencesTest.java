package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.CLIENT;
import static io.coppice.node.network.vpc.NetworkEngineContract.DB;
import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a host that follows one change after another would come to another state than one that is told of everything at
 * once: a rule, an address or a neighbour too many or too few, which only a restart of its agent would put right.
 */
class DifferencesTest {
    private static final int STEPS = 40;
    private static final int STEPS_BETWEEN_LOOKS = 10;
    private static final List<String> GROUPS = List.of(WEB, DB, CLIENT, OPEN);

    @TempDir
    private Path folder;

    private NetworkLab lab;
    private LabHost host;
    private Random random = new Random();
    private final Map<InstanceId, NetworkEndpoint> guests =
            new TreeMap<>((a, b) -> a.value().compareTo(b.value()));
    private final Map<String, EndpointLocation> elsewhere = new TreeMap<>();
    private long sequence;
    private int number;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
        host = lab.addHost();
        lab.tell(NetworkEngineContract.red());
    }

    @AfterEach
    void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    /** Random changes; now and then a new engine looks at everything, loads all rules anew and puts right what differs. */
    @RepeatedTest(3)
    void differencesLeadToTheWhole(RepetitionInfo repetition) throws Exception {
        var seed = repetition.getCurrentRepetition();
        random = new Random(seed);
        join();
        tellElsewhere(true);
        for (int step = 1; step <= STEPS; step++) {
            change();
            if (step % STEPS_BETWEEN_LOOKS == 0) {
                var reached = state();
                host.restartEngine();
                assertEquals(state(), reached, "after step %d of seed %d".formatted(step, seed));
            }
        }
    }

    private void change() throws IOException {
        switch (random.nextInt(9)) {
            case 0, 1 -> join();
            case 2 -> leave();
            case 3 -> regroup();
            case 4 -> {
                var here = anyGuest();
                put(
                        here,
                        endpoint(here).toBuilder()
                                .clearSecondaryPrivateIpv4()
                                .addSecondaryPrivateIpv4(nextAddress())
                                .build());
            }
            case 5 -> publish();
            case 6 -> tellElsewhere(random.nextInt(4) == 0);
            case 7 -> readdressByIpv6();
            default -> changeVpc();
        }
    }

    private InstanceId anyGuest() {
        return List.copyOf(guests.keySet()).get(random.nextInt(guests.size()));
    }

    private NetworkEndpoint endpoint(InstanceId guest) {
        return Objects.requireNonNull(guests.get(guest));
    }

    private String nextAddress() {
        number++;
        return "10.0.%d.%d".formatted(1 + number % 2, 10 + number / 2);
    }

    private NetworkEndpoint nextEndpoint() {
        var address = nextAddress();
        var vpc = NetworkEngineContract.red().build();
        return NetworkLab.endpoint(vpc, vpc.getSubnets(address.startsWith("10.0.1.") ? 0 : 1), address, someGroups())
                .setSourceDestCheck(random.nextBoolean())
                .addAllIpv6(random.nextBoolean() ? List.of(NetworkEngineContract.ipv6Of(address)) : List.of())
                .build();
    }

    private String[] someGroups() {
        var groups = new ArrayList<>(GROUPS);
        Collections.shuffle(groups, random);
        return groups.subList(0, 1 + random.nextInt(2)).toArray(String[]::new);
    }

    /** A guest comes, with its device or still without. */
    private void join() throws IOException {
        var instance = InstanceId.random();
        var endpoint = nextEndpoint();
        var tap = put(instance, endpoint);
        if (random.nextBoolean()) {
            host.space().ip("link", "add", tap, "type", "veth", "peer", "name", "g" + tap.substring(2));
            host.engine().attached(instance);
        }
        host.engine().metadataEntry().open(instance, new Reach(1 + random.nextInt(3), random.nextBoolean()));
    }

    private String put(InstanceId instance, NetworkEndpoint endpoint) throws IOException {
        guests.put(instance, endpoint);
        return host.engine().ensure(instance, List.of(endpoint)).getFirst().tap();
    }

    private void leave() throws IOException {
        if (guests.size() > 1) {
            var leaves = anyGuest();
            guests.remove(leaves);
            host.engine().release(leaves);
        }
    }

    private void regroup() throws IOException {
        var here = anyGuest();
        put(
                here,
                endpoint(here).toBuilder()
                        .clearSecurityGroupIds()
                        .addAllSecurityGroupIds(List.of(someGroups()))
                        .build());
    }

    private void readdressByIpv6() throws IOException {
        var here = anyGuest();
        var endpoint = endpoint(here).toBuilder().clearIpv6();
        if (random.nextInt(3) > 0) {
            endpoint.addIpv6(NetworkEngineContract.ipv6Of(nextAddress()))
                    .addIpv6(NetworkEngineContract.ipv6Of(nextAddress()));
        }
        put(here, endpoint.build());
    }

    private void publish() throws IOException {
        var here = anyGuest();
        var endpoint = endpoint(here).toBuilder().clearPublicAddresses();
        if (random.nextInt(3) > 0) {
            number++;
            endpoint.addPublicAddresses(PublicAddress.newBuilder()
                    .setPublicIpv4("198.18.1." + number)
                    .setPrivateIpv4(endpoint.getPrivateIpv4()));
        }
        put(here, endpoint.build());
    }

    /** Guests of other hosts come and go. */
    private void tellElsewhere(boolean full) throws IOException {
        sequence++;
        var update =
                EndpointUpdate.newBuilder().setVpcId(RED).setSequence(sequence).setFull(full);
        if (!elsewhere.isEmpty() && random.nextBoolean()) {
            var gone = elsewhere.keySet().iterator().next();
            elsewhere.remove(gone);
            update.addGoneNetworkInterfaceIds(gone);
        }
        var comes = location(nextEndpoint());
        elsewhere.put(comes.getNetworkInterfaceId(), comes);
        update.addAllPresent(full ? elsewhere.values() : List.of(comes));
        host.engine().apply(update.build());
    }

    private EndpointLocation location(NetworkEndpoint endpoint) {
        var node = 2 + random.nextInt(3);
        return EndpointLocation.newBuilder()
                .setNetworkInterfaceId(endpoint.getNetworkInterfaceId())
                .setSubnetId(endpoint.getSubnetId())
                .setMac(endpoint.getMac())
                .addPrivateIpv4(endpoint.getPrivateIpv4())
                .addAllIpv6(endpoint.getIpv6List())
                .addAllSecurityGroupIds(endpoint.getSecurityGroupIdsList())
                .setNodeId("node-" + node)
                .setNodeAddress("172.30.0." + node)
                .setPrivateDnsName(endpoint.getPrivateDnsName())
                .setSourceDestCheck(true)
                .build();
    }

    /** One rule more in a group, one entry more in an ACL, a way out by IPv6, no IPv6 at all, or all as it was. */
    private void changeVpc() throws IOException {
        var vpc = NetworkEngineContract.red();
        if (random.nextBoolean()) {
            var group = random.nextInt(vpc.getSecurityGroupsCount());
            vpc.getSecurityGroupsBuilder(group)
                    .addIngress(Rules.tcp(1000 + number, random.nextBoolean() ? WEB : "10.9.0.0/16"))
                    .addIngress(Rules.tcp(2000 + number, "2001:db8:9::/48"));
        }
        if (random.nextBoolean()) {
            vpc.getNetworkAclsBuilder(0).addIngress(0, Rules.entry(1, false, Probe.TCP, number, number, "0.0.0.0/0"));
        }
        if (random.nextBoolean()) {
            var route = Route.newBuilder().setDestination("::/0");
            vpc.getRouteTablesBuilder(0)
                    .addRoutes(
                            random.nextBoolean()
                                    ? route.setInternetGatewayId("igw-0000000000000001a")
                                    : route.setEgressOnlyInternetGatewayId("eigw-0000000000000001a"));
        }
        if (random.nextInt(4) == 0) {
            vpc.clearIpv6CidrBlock();
            vpc.getSubnetsBuilderList().forEach(Subnet.Builder::clearIpv6CidrBlock);
        }
        lab.tell(vpc);
    }

    /** All that the engine made in the VPC's namespace, with what has no order of its own in one. */
    private Map<String, List<String>> state() throws IOException {
        var namespace = host.namespace(RED);
        var all = new TreeMap<String, List<String>>();
        all.putAll(rules(Space.must("nsenter", "--net=/run/netns/" + namespace, "nft", "-s", "list", "ruleset")));
        for (var question : List.of("addr", "neigh show nud permanent", "route show table all", "rule")) {
            var command = new ArrayList<>(List.of("ip", "-4", "-o", "-n", namespace));
            command.addAll(List.of(question.split(" ")));
            all.put(question, sorted(Space.must(command.toArray(String[]::new))));
        }
        for (var question :
                List.of("addr", "neigh show nud permanent", "neigh show proxy", "route show table all", "rule")) {
            var command = new ArrayList<>(List.of("ip", "-6", "-o", "-n", namespace));
            command.addAll(List.of(question.split(" ")));
            all.put(question + " of IPv6", sorted(Space.must(command.toArray(String[]::new))));
        }
        all.put(
                "kernel",
                sorted(Space.must(
                        "nsenter",
                        "--net=/run/netns/" + namespace,
                        "sysctl",
                        "net.ipv6.conf.all.disable_ipv6",
                        "net.bridge.bridge-nf-call-ip6tables",
                        "net.ipv6.conf.b0.disable_ipv6")));
        all.put("fdb", sorted(Space.must("bridge", "-n", namespace, "fdb", "show")));
        var files = folder.resolve("host-1").resolve(RED);
        all.put("names", sorted(Files.readString(files.resolve("dnsmasq.names"))));
        all.put("bindings", sorted(Files.readString(files.resolve("dnsmasq.hosts"))));
        return all;
    }

    private static List<String> sorted(String text) {
        return text.lines()
                .map(String::strip)
                .map(DifferencesTest::withoutNumbers)
                .sorted()
                .toList();
    }

    /** Which number of the host stands for a guest is chosen anew by each engine. */
    private static String withoutNumbers(String line) {
        return line.replaceAll("169\\.254\\.64\\.(?!1\\b)\\d+", "number")
                .replaceAll("fd00:ec2:0:1::a9fe:40(?!01\\b)[0-9a-f]{2}", "number of IPv6");
    }

    /** The lines of each chain in their order, and of each set sorted, by table and name. */
    private static Map<String, List<String>> rules(String ruleset) {
        var all = new TreeMap<String, List<String>>();
        var table = "";
        var block = "";
        for (var line : ruleset.lines()
                .map(String::strip)
                .map(DifferencesTest::withoutNumbers)
                .toList()) {
            if (line.isEmpty() || line.equals("}")) {
                continue;
            }
            if (line.startsWith("table ")) {
                table = line;
            } else if (line.matches("(chain|set|map) \\S+ \\{")) {
                block = table + " " + line;
            } else if (!block.isEmpty()) {
                all.computeIfAbsent(block, any -> new ArrayList<>())
                        .addAll(block.contains(" chain ") ? List.of(line) : List.of(line.split(", ")));
            }
        }
        all.forEach((name, lines) -> {
            if (!name.contains(" chain ")) {
                lines.replaceAll(line -> line.replace("elements = {", "")
                        .replace("}", "")
                        .replace(",", "")
                        .strip());
                Collections.sort(lines);
            }
        });
        return all;
    }
}
