package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED_IPV6;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.proto.network.v1.Peering;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** If this failed, VPCs that are peered would not reach each other, or reach more than their routes and rules say. */
class VpcPeeringTest extends TwoHosts {
    private static final String GREEN = "vpc-0000000000000000e";
    private static final String PEERING = "pcx-00000000000000001";
    private static final String GREEN_RANGE = "10.1.0.0/16";
    private static final String RED_RANGE = "10.0.0.0/16";
    private static final String GREEN_IPV6 = "fdc0:bb1c:2::/56";
    private static final int SEGMENT = 300;
    private static final long PATIENCE = 20_000_000_000L;

    private static Vpc.Builder red() {
        return NetworkEngineContract.red();
    }

    /** As the red one, elsewhere. */
    private static Vpc.Builder green() {
        var green = NetworkEngineContract.blue().setVpcId(GREEN).setVni(400).setCidrBlocks(0, GREEN_RANGE);
        for (var subnet : green.getSubnetsBuilderList()) {
            subnet.setSubnetId(subnet.getSubnetId().replace('b', 'e'))
                    .setCidrBlock(subnet.getCidrBlock().replace("10.0.", "10.1."))
                    .setVni(subnet.getVni() + 200);
        }
        green.setIpv6CidrBlock(GREEN_IPV6);
        green.getSecurityGroupsBuilder(0).addIngress(Rules.everythingByIpv6()).addEgress(Rules.everythingByIpv6());
        green.getNetworkAclsBuilder(0)
                .addIngress(Rules.entry(101, true, -1, -1, -1, "::/0"))
                .addEgress(Rules.entry(101, true, -1, -1, -1, "::/0"));
        for (int i = 0; i < green.getSubnetsCount(); i++) {
            green.getSubnetsBuilder(i).setIpv6CidrBlock("fdc0:bb1c:2:%d::/64".formatted(i + 1));
        }
        return green;
    }

    private static Vpc.Builder joined(Vpc.Builder vpc, String peer, String... ranges) {
        return vpc.addPeerings(Peering.newBuilder()
                .setPeeringId(PEERING)
                .setPeerVpcId(peer)
                .addAllPeerCidrBlocks(List.of(ranges))
                .setVni(SEGMENT));
    }

    private static Vpc.Builder routed(Vpc.Builder vpc, String... ranges) {
        for (var range : ranges) {
            vpc.getRouteTablesBuilder(0)
                    .addRoutes(Route.newBuilder().setDestination(range).setPeeringId(PEERING));
        }
        return vpc;
    }

    private LabGuest green(String label, LabHost host, String address) throws IOException {
        var vpc = green().build();
        var octets = address.split("\\.");
        var endpoint = NetworkLab.endpoint(vpc, vpc.getSubnets(address.startsWith("10.1.2.") ? 1 : 0), address, OPEN)
                .addIpv6("fdc0:bb1c:2:%s::%s".formatted(octets[2], octets[3]))
                .build();
        var guest = lab.addGuest(label, host, endpoint).boot().configure();
        guest.listen();
        return guest;
    }

    private void peer() throws IOException {
        lab.tell(routed(joined(red(), GREEN, GREEN_RANGE, GREEN_IPV6), GREEN_RANGE, GREEN_IPV6));
        lab.tell(routed(joined(green(), RED, RED_RANGE, RED_IPV6), RED_RANGE, RED_IPV6));
    }

    @Test
    void peersReachEachOtherOnOneHostAndOnSeveral() throws Exception {
        peer();
        var redHere = ofBoth("red-here", first, "10.0.1.10", OPEN);
        var redThere = ofBoth("red-there", second, "10.0.2.10", OPEN);
        var greenHere = green("green-here", first, "10.1.1.10");
        var greenThere = green("green-there", second, "10.1.2.10");
        lab.tellLocations(RED);
        lab.tellLocations(GREEN);
        for (var server : List.of(redHere, redThere, greenHere, greenThere)) {
            try (var echo = Wire.echo(server.space(), 80)) {
                for (var client : List.of(redHere, redThere, greenHere, greenThere)) {
                    if (client != server) {
                        meets(client, server.address(), client.address(), echo.getLocalPort());
                        meets(client, server.ipv6(), client.ipv6(), echo.getLocalPort());
                    }
                }
            }
        }
    }

    private static String canonical(String address) {
        return VpcMessages.isIpv4(address) ? address : Ipv6.canonical(address);
    }

    private static void meets(LabGuest client, String server, String seenAs, int port) throws IOException {
        var socket = Wire.connect(client.space(), server, port);
        assertTrue(socket.isPresent(), client.label() + " to " + server);
        try (var open = socket.get()) {
            assertEquals(seenAs, canonical(Wire.line(open)), "nothing is translated between peers");
            assertTrue(Wire.isAlive(open), client.label() + " with " + server);
        }
    }

    @Test
    void rulesOfTheReceiverDecideAndRepairsChangeNothing() throws Exception {
        peer();
        var web = red("web", first, "10.0.1.10", WEB);
        var here = green("green-here", first, "10.1.1.10");
        var there = green("green-there", second, "10.1.2.10");
        lab.tellLocations(RED);
        lab.tellLocations(GREEN);
        try (var http = Wire.echo(web.space(), 80);
                var hidden = Wire.echo(web.space(), 81)) {
            for (var client : List.of(here, there)) {
                try (var open = Wire.connect(client.space(), web.address(), http.getLocalPort())
                        .orElseThrow()) {
                    assertEquals(client.address(), Wire.line(open));
                    first.engine().repair();
                    second.engine().repair();
                    assertTrue(Wire.isAlive(open), "a repair interrupts nothing");
                }
                assertTrue(Wire.isShut(client.space(), web.address(), hidden.getLocalPort()));
            }
            second.restartEngine();
            Space.must("ip", "netns", "delete", PeerExchange.nameOf(second.settings()));
            // The kernel takes a namespace apart in its own time: a repair may still see what is about to go.
            var end = System.nanoTime() + PATIENCE;
            var seen = Optional.<String>empty();
            while (seen.isEmpty() && System.nanoTime() < end) {
                second.engine().repair();
                seen = Wire.seenAs(there.space(), web.address(), 80);
            }
            assertEquals(Optional.of(there.address()), seen);
        }
    }

    @Test
    void aRouteOfOneSideLeadsThereAndNotBack() throws Exception {
        lab.tell(routed(joined(red(), GREEN, GREEN_RANGE), GREEN_RANGE));
        lab.tell(joined(green(), RED, RED_RANGE));
        var red = red("red", first, "10.0.1.10", OPEN);
        var green = green("green", second, "10.1.1.10");
        lab.tellLocations(RED);
        lab.tellLocations(GREEN);
        red.send(Probe.parse("udp1000"), 7, green.address());
        var end = System.nanoTime() + PATIENCE;
        while (!green.saw(7) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertTrue(green.saw(7), "the way there");
        try (var server = Wire.echo(green.space(), 80)) {
            assertTrue(Wire.isShut(red.space(), green.address(), server.getLocalPort()));
        }
    }

    @Test
    void aPeerIsNoGateway() throws Exception {
        peer();
        var red = ofBoth("red", first, "10.0.1.10", OPEN);
        var green = green("green", first, "10.1.1.10");
        lab.tellLocations(RED);
        lab.tellLocations(GREEN);
        // Everything goes to the peer, which has a way out and a resolver of its own.
        var everything = joined(red(), GREEN, GREEN_RANGE, GREEN_IPV6);
        everything
                .getRouteTablesBuilder(0)
                .clearRoutes()
                .addRoutes(Route.newBuilder().setDestination("0.0.0.0/0").setPeeringId(PEERING))
                .addRoutes(Route.newBuilder().setDestination("::/0").setPeeringId(PEERING));
        lab.tell(everything);
        // The peer has a way out by IPv6, and would let its own guests' packets out.
        var open = routed(joined(green(), RED, RED_RANGE, RED_IPV6), RED_RANGE, RED_IPV6);
        open.getRouteTablesBuilder(0)
                .addRoutes(Route.newBuilder().setDestination("::/0").setInternetGatewayId("igw-0000000000000001a"));
        lab.tell(open);
        try (var outside = Wire.echo(lab.internet(), 8080);
                var inside = Wire.echo(green.space(), 80)) {
            assertEquals(Optional.of(red.address()), Wire.seenAs(red.space(), green.address(), inside.getLocalPort()));
            assertTrue(Wire.isShut(red.space(), NetworkLab.INTERNET, outside.getLocalPort()));
            assertTrue(Wire.connect(red.space(), green.ipv6(), inside.getLocalPort())
                    .isPresent());
            assertTrue(Wire.isShut(red.space(), NetworkLab.INTERNET_IPV6, outside.getLocalPort()));
            assertEquals(Optional.empty(), Wire.resolve(red.space(), "10.1.0.2", "ip-10-1-1-10.us-east-1.internal", 1));
        }
    }

    @Test
    void whatEndsLeavesNothing() throws Exception {
        peer();
        var red = red("red", first, "10.0.1.10", OPEN);
        var green = green("green", first, "10.1.1.10");
        lab.tellLocations(RED);
        lab.tellLocations(GREEN);
        try (var server = Wire.echo(green.space(), 80)) {
            assertTrue(Wire.connect(red.space(), green.address(), server.getLocalPort())
                    .isPresent());
            lab.tell(red());
            assertTrue(Wire.isShut(red.space(), green.address(), 80), "no peering any more");
        }
        lab.tell(green());
        for (var host : lab.hosts()) {
            assertFalse(
                    Namespace.named(host.settings().bridge()).contains(PeerExchange.nameOf(host.settings())),
                    "the place where they met");
        }
    }
}
