package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static io.coppice.node.network.vpc.NetworkEngineContract.ipv6Of;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * If this failed, guests of a VPC with IPv6 would not get their addresses or their router, could pass for others, would be met from
 * outside although only the way out was opened, or would go on after their range was taken.
 */
class Ipv6ScenarioTest extends TwoHosts {
    private static final int ATTEMPTS = 120;
    private static final int A = 1;
    private static final int PTR = 12;
    private static final int AAAA = 28;
    private static final int ICMPV6 = 58;
    private static final String ALL_NODES = "33:33:00:00:00:01";

    private static Vpc.Builder withRoute(Route.Builder route) {
        var vpc = NetworkEngineContract.red();
        vpc.getRouteTablesBuilder(0).addRoutes(route.setDestination("::/0"));
        return vpc;
    }

    /** Sends one frame again and again until one comes back that fits; in hexadecimal digits. */
    private static String answer(LabGuest guest, byte[] question, Predicate<String> fits) throws IOException {
        return guest.space().call(() -> {
            try (var socket = RawSocket.ofDevice("eth0", 250)) {
                for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                    if (attempt % 4 == 0) {
                        socket.send(question);
                    }
                    var found = socket.receive().map(HexFormat.of()::formatHex).filter(fits);
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
                throw new AssertionError("no answer came");
            }
        });
    }

    private static String hex(String address) {
        return Ipv6.bytes(address).substring(2);
    }

    /** Where the server sees the caller, asked until it can be reached: neighbours may take their time to find each other. */
    private static String seenAs(Space from, String address, int port) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            var seen = Wire.seenAs(from, address, port);
            if (seen.isPresent()) {
                return Ipv6.canonical(seen.get());
            }
        }
        throw new AssertionError(address + " cannot be reached");
    }

    @Test
    void guestsAreToldTheirRouterAndGivenTheirAddresses() throws Exception {
        lab.tell(NetworkEngineContract.red());
        var fresh = bare("fresh", first, "10.0.1.10", OPEN);
        var mac = fresh.endpoint().getMac();
        var solicitation = Frames.ipv6(mac, "33:33:00:00:00:02", Ipv6.linkLocal(mac), "ff02::2", ICMPV6, new byte[] {
            (byte) 133, 0, 0, 0, 0, 0, 0, 0
        });
        var advertised = answer(
                fresh, solicitation, frame -> frame.startsWith("86dd", 24) && frame.startsWith("86", 2 * (14 + 40)));
        assertTrue(advertised.startsWith(hex(Ipv6.ROUTER), 2 * (14 + 8)), "the router's own address: " + advertised);
        var flags = Integer.parseInt(advertised.substring(2 * (14 + 40 + 5), 2 * (14 + 40 + 6)), 16);
        assertEquals(0x80, flags & 0x80, "addresses come by DHCPv6: " + advertised);
        // Prefix information: on the link, and not for making addresses of one's own.
        var prefix = advertised.indexOf("0304", 2 * (14 + 40 + 16));
        assertTrue(prefix > 0, advertised);
        assertEquals("40", advertised.substring(prefix + 4, prefix + 6), "64 bits");
        assertEquals(0, Integer.parseInt(advertised.substring(prefix + 6, prefix + 8), 16) & 0x40, advertised);
        assertTrue(advertised.contains("fdc0bb1c000100010000000000000000"), advertised);

        var given = answer(
                fresh,
                Frames.solicit(mac),
                frame -> frame.startsWith("86dd", 24) && frame.startsWith("0223", 2 * (14 + 40)));
        assertTrue(given.contains(hex(fresh.ipv6())), "the assigned address: " + given);
        assertTrue(given.contains(hex(VpcView.RESOLVER_IPV6)), "the resolver: " + given);

        fresh.configure();
        assertEquals(
                Optional.of("10.0.1.10"),
                Wire.resolve(fresh.space(), VpcView.RESOLVER_IPV6, "ip-10-0-1-10.us-east-1.internal", A));
        names(fresh);
    }

    /** What resource names lead to, and back, of a guest of another host. */
    private void names(LabGuest asker) throws IOException {
        var far = ofBoth("far", second, "10.0.2.11", OPEN);
        var name = far.instance().value() + ".us-east-1.internal";
        far.change(far.endpoint().toBuilder().setResourceNameAaaa(name).build());
        lab.tellLocations(RED);
        assertEquals(Optional.of(far.ipv6()), resolve(asker, name, AAAA));
        assertEquals(Optional.empty(), resolve(asker, name, A), "no A record was wanted");
        assertEquals(Optional.of(name + "."), resolve(asker, reverse(far.ipv6()), PTR));
        assertEquals(Optional.empty(), resolve(asker, "ip-10-0-2-11.us-east-1.internal", AAAA), "it names one of IPv4");
        far.change(far.endpoint().toBuilder()
                .setResourceNameA(name)
                .clearResourceNameAaaa()
                .build());
        lab.tellLocations(RED);
        assertEquals(Optional.of("10.0.2.11"), resolve(asker, name, A));
        assertEquals(Optional.empty(), resolve(asker, name, AAAA));
        assertEquals(
                Optional.of("ip-10-0-2-11.us-east-1.internal."),
                resolve(asker, "11.2.0.10.in-addr.arpa", PTR),
                "the address keeps its own name");
    }

    private static Optional<String> resolve(LabGuest asker, String name, int type) throws IOException {
        return Wire.resolve(asker.space(), VpcView.RESOLVER_IPV6, name, type);
    }

    /** The name under which the name of an address is asked for. Source: RFC 3596 section 2.5. */
    private static String reverse(String address) {
        return new StringBuilder(hex(address)).reverse().toString().replaceAll("(.)", "$1.") + "ip6.arpa";
    }

    @Test
    void forgedFramesGoNowhere() throws Exception {
        lab.tell(NetworkEngineContract.red());
        var forger = ofBoth("forger", first, "10.0.1.10", OPEN);
        var near = ofBoth("near", first, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        var own = forger.endpoint().getMac();
        var stranger = "02:00:00:00:be:ef";
        var nearMac = near.endpoint().getMac();
        var nobody = ipv6Of("10.0.1.200");
        var link = Ipv6.linkLocal(own);
        // Each carries four bytes that nothing else here does.
        var mark = new byte[] {(byte) 0xca, (byte) 0xfe, (byte) 0xd0, 0x0d};
        var markMac = "02:ca:fe:d0:0d:01";
        var to = near.ipv6();
        var frames = List.of(
                Frames.ipv6(stranger, nearMac, forger.ipv6(), to, Probe.UDP, Frames.datagram(1, 7, mark)),
                Frames.ipv6(own, nearMac, nobody, to, Probe.UDP, Frames.datagram(1, 7, mark)),
                Frames.ipv6(own, nearMac, Ipv6.linkLocal(stranger), to, Probe.UDP, Frames.datagram(1, 7, mark)),
                Frames.ipv6(own, nearMac, forger.ipv6(), to, ICMPV6, Frames.neighbour(136, 0x60, nobody, 2, markMac)),
                Frames.ipv6(own, ALL_NODES, link, "ff02::1", ICMPV6, Frames.neighbour(136, 0x20, nobody, 2, markMac)),
                Frames.ipv6(own, nearMac, "::", to, ICMPV6, Frames.neighbour(135, 0, nobody, 1, markMac)),
                Frames.ipv6(own, nearMac, nobody, to, ICMPV6, Frames.neighbour(135, 0, to, 1, markMac)),
                Frames.ipv6(own, ALL_NODES, link, "ff02::1", ICMPV6, Frames.neighbour(134, 0x80, nobody, 1, markMac)),
                Frames.ipv6(own, nearMac, link, to, ICMPV6, Frames.neighbour(134, 0x80, nobody, 1, markMac)),
                Frames.ipv6(own, nearMac, link, to, ICMPV6, Frames.neighbour(137, 0, nobody, 2, markMac)),
                Frames.ipv6(own, nearMac, link, to, Probe.UDP, Frames.datagram(547, 546, mark)),
                Frames.ipv6(own, nearMac, link, to, Probe.UDP, Frames.datagram(9999, 546, mark)));
        var honest = Frames.ipv6(own, nearMac, forger.ipv6(), to, Probe.UDP, Frames.datagram(9, 7, mark));
        var arrived = near.space().call(() -> {
            try (var socket = RawSocket.ofDevice("eth0", 2_000)) {
                forger.space().call(() -> {
                    try (var sender = RawSocket.ofDevice("eth0", 300)) {
                        frames.forEach(sender::send);
                        sender.send(honest);
                        return true;
                    }
                });
                var count = 0;
                for (var frame = socket.receive(); frame.isPresent(); frame = socket.receive()) {
                    // What the receiver says of it comes back with the frame in it.
                    var isForger = !HexFormat.of().formatHex(frame.get(), 6, 12).equals(nearMac.replace(":", ""));
                    count += isForger && HexFormat.of().formatHex(frame.get()).contains("cafed00d") ? 1 : 0;
                    if (count > 0
                            && isForger
                            && HexFormat.of().formatHex(frame.get()).contains("00090007")) {
                        break;
                    }
                }
                return count;
            }
        });
        assertEquals(1, arrived, "the one honest frame, which is sent behind the others");
    }

    @Test
    void aRevokedRuleCutsWhatItAllowed() throws Exception {
        var web = Rules.group(WEB)
                .addIngress(Rules.tcp(80, NetworkEngineContract.RED_IPV6))
                .addIngress(Rules.tcp(81, OPEN))
                .addEgress(Rules.everythingByIpv6());
        lab.tell(NetworkEngineContract.red().setSecurityGroups(0, web));
        var server = ofBoth("server", first, "10.0.1.10", WEB);
        var far = ofBoth("far", second, "10.0.2.11", OPEN);
        lab.tellLocations(RED);
        try (var http = Wire.echo(server.space(), 80);
                var other = Wire.echo(server.space(), 81);
                var onHttp = Wire.connect(far.space(), server.ipv6(), http.getLocalPort())
                        .orElseThrow();
                var onOther = Wire.connect(far.space(), server.ipv6(), other.getLocalPort())
                        .orElseThrow()) {
            assertEquals(far.ipv6(), Ipv6.canonical(Wire.line(onHttp)));
            assertEquals(far.ipv6(), Ipv6.canonical(Wire.line(onOther)));
            lab.tell(NetworkEngineContract.red()
                    .setSecurityGroups(
                            0, Rules.group(WEB).addIngress(Rules.tcp(81, OPEN)).addEgress(Rules.everythingByIpv6())));
            assertTrue(Wire.isAlive(onOther), "what is still allowed goes on");
            assertFalse(Wire.isAlive(onHttp));
        }
    }

    @Test
    void anInternetGatewayOpensBothWaysAndAnEgressOnlyOneTheWayOut() throws Exception {
        lab.tell(NetworkEngineContract.red());
        var one = ofBoth("one", first, "10.0.1.10", OPEN);
        var two = ofBoth("two", second, "10.0.2.10", OPEN);
        lab.tellLocations(RED);
        try (var outside = Wire.echo(lab.internet(), 8080);
                var onOne = Wire.echo(one.space(), 80);
                var onTwo = Wire.echo(two.space(), 80)) {
            var port = outside.getLocalPort();
            assertTrue(Wire.isShut(one.space(), NetworkLab.INTERNET_IPV6, port), "no route");
            lab.tell(withRoute(Route.newBuilder().setInternetGatewayId("igw-0000000000000001a")));
            for (var guest : List.of(one, two)) {
                assertEquals(guest.ipv6(), seenAs(guest.space(), NetworkLab.INTERNET_IPV6, port));
            }
            assertEquals(NetworkLab.INTERNET_IPV6, seenAs(lab.internet(), one.ipv6(), onOne.getLocalPort()));
            assertEquals(NetworkLab.INTERNET_IPV6, seenAs(lab.internet(), two.ipv6(), onTwo.getLocalPort()));
            lab.tell(withRoute(Route.newBuilder().setEgressOnlyInternetGatewayId("eigw-0000000000000001a")));
            assertEquals(one.ipv6(), seenAs(one.space(), NetworkLab.INTERNET_IPV6, port));
            assertTrue(Wire.isShut(lab.internet(), one.ipv6(), 80), "nobody comes in by it");
        }
    }

    @Test
    void aHostWithoutAnUplinkIsTheRouterOfItsGuests() throws Exception {
        var gateway = lab.addGatewayHost();
        lab.tell(withRoute(Route.newBuilder().setInternetGatewayId("igw-0000000000000001a")));
        var guest = ofBoth("guest", gateway, "10.0.1.10", OPEN);
        var beyond = "2001:db8:7::7";
        gateway.space().ip("addr", "add", beyond + "/128", "dev", "lo", "nodad");
        try (var outside = Wire.echo(gateway.space(), 8080);
                var inside = Wire.echo(guest.space(), 80)) {
            assertEquals(guest.ipv6(), seenAs(guest.space(), beyond, outside.getLocalPort()));
            assertTrue(
                    Ipv6.parse("2001:db8:7::/64")
                            .contains(seenAs(gateway.space(), guest.ipv6(), inside.getLocalPort())),
                    "the host meets its guest at the guest's own address");
        }
        assertEquals(
                "1",
                gateway.space()
                        .run("sysctl", "-n", "net.ipv6.conf.all.forwarding")
                        .strip());
        assertEquals(
                "2",
                gateway.space()
                        .run("sysctl", "-n", "net.ipv6.conf.fab0.accept_ra")
                        .strip());
    }

    @Test
    void aRangeThatIsTakenTakesAllOfIpv6() throws Exception {
        lab.tell(NetworkEngineContract.red());
        var near = ofBoth("near", first, "10.0.1.10", OPEN);
        var far = ofBoth("far", second, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        try (var server = Wire.echo(far.space(), 80)) {
            assertTrue(Wire.connect(near.space(), far.ipv6(), server.getLocalPort())
                    .isPresent());
            var without = NetworkEngineContract.red().clearIpv6CidrBlock();
            without.getSubnetsBuilderList().forEach(Subnet.Builder::clearIpv6CidrBlock);
            lab.tell(without);
            assertTrue(Wire.isShut(near.space(), far.ipv6(), 80));
            assertTrue(Wire.connect(near.space(), far.address(), 80).isPresent(), "IPv4 goes on");
            lab.tell(NetworkEngineContract.red());
            assertTrue(Wire.connect(near.space(), far.ipv6(), 80).isPresent());
        }
    }
}
