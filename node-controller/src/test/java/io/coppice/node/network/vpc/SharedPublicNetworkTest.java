package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.scenario.ZoneFixture;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, guests on hosts without the public network would not have their public addresses there, or would lose them, their way
 * out and their connections with the host through which they reach it. A Cluster Controller, an agent for each host, and real packets.
 */
class SharedPublicNetworkTest {
    private static final String ELASTIC = "198.18.0.50";
    private static final String NEIGHBOURS_ELASTIC = "198.18.0.51";
    private static final String GATEWAYS_ELASTIC = "198.18.0.52";
    private static final String NAT = "198.18.0.99";
    private static final int OUTSIDE_PORT = 8080;
    private static final int WEB_PORT = 80;
    private static final long PATIENCE = 40_000_000_000L;

    @TempDir
    private Path folder;

    private NetworkLab lab;
    private ZoneFixture zone;
    private List<SharingHost> gateways;
    private SharingHost inner;
    private SharingHost neighbour;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
        // Hosts do not wait for the Cluster Controller to find out.
        zone = ZoneFixture.named(
                "us-east-1a", folder.resolve("zone"), Map.of("coppice.cluster.unreachable-after", "60s"));
        gateways = List.of(new SharingHost(lab, PublicAccess.HERE), new SharingHost(lab, PublicAccess.HERE));
        inner = new SharingHost(lab, PublicAccess.ELSEWHERE);
        neighbour = new SharingHost(lab, PublicAccess.ELSEWHERE);
        for (var host : List.of(gateways.getFirst(), gateways.getLast(), inner, neighbour)) {
            zone.host(host);
        }
    }

    @AfterEach
    void clear() throws Exception {
        for (var each : new AutoCloseable[] {zone, lab}) {
            if (each != null) {
                each.close();
            }
        }
    }

    /** The third subnet goes out by a NAT gateway, which is on the host without the public network. */
    private Vpc network() throws IOException {
        var vpc = NetworkEngineContract.red();
        vpc.addNatGateways(NatGateway.newBuilder()
                .setNatGatewayId("nat-00000000000000001")
                .setSubnetId(vpc.getSubnets(0).getSubnetId())
                .setPrivateIpv4("10.0.1.250")
                .setPublicIpv4(NAT)
                .setNodeId(inner.host().settings().nodeId())
                .setNodeAddress(inner.host().settings().underlayAddress()));
        vpc.addRouteTables(vpc.getRouteTables(0).toBuilder()
                .setRouteTableId("rtb-0000000000000002a")
                .clearRoutes()
                .addRoutes(Route.newBuilder().setDestination("0.0.0.0/0").setNatGatewayId("nat-00000000000000001")));
        vpc.getSubnetsBuilder(1).setRouteTableId("rtb-0000000000000002a");
        vpc.getRouteTablesBuilder(0)
                .addRoutes(Route.newBuilder().setDestination("::/0").setInternetGatewayId("igw-0000000000000001a"));
        lab.tell(vpc);
        return vpc.build();
    }

    private LabGuest guest(Vpc vpc, SharingHost host, String address, String elastic, String group) throws IOException {
        var guest = lab.addGuest(
                        address,
                        host.host(),
                        NetworkLab.endpoint(vpc, vpc.getSubnets(0), address, group)
                                .addIpv6(NetworkEngineContract.ipv6Of(address))
                                .addPublicAddresses(PublicAddress.newBuilder()
                                        .setPublicIpv4(elastic)
                                        .setPrivateIpv4(address))
                                .build())
                .boot()
                .configure();
        guest.listen();
        return guest;
    }

    private SharingHost gatewayOf(SharingHost host) throws IOException {
        var end = host.ends().getFirst();
        return gateways.stream()
                .filter(each -> each.host().settings().underlayAddress().equals(end))
                .findFirst()
                .orElseThrow();
    }

    private static void eventually(String what, Callable<Boolean> condition) throws Exception {
        var end = System.nanoTime() + PATIENCE;
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, what);
        }
    }

    private boolean isReached(String address) throws IOException {
        return Wire.seenAs(lab.internet(), address, WEB_PORT).isPresent();
    }

    private static Optional<String> seenAs(LabGuest guest) throws IOException {
        return Wire.seenAs(guest.space(), NetworkLab.INTERNET, OUTSIDE_PORT);
    }

    private static boolean meets(LabGuest from, String elastic) throws IOException {
        return Wire.seenAs(from.space(), elastic, WEB_PORT).equals(Optional.of(ELASTIC));
    }

    @Test
    void publicAddressesAndNatGoOnThroughAnotherHostWhenTheOneThatLeadsThereDies() throws Exception {
        var vpc = network();
        eventually(
                "each has a way",
                () -> !inner.ends().isEmpty() && !neighbour.ends().isEmpty());
        var first = gatewayOf(inner);
        var heir = gateways.getFirst() == first ? gateways.getLast() : gateways.getFirst();
        var web = guest(vpc, inner, "10.0.1.10", ELASTIC, WEB);
        var beside = guest(vpc, neighbour, "10.0.1.11", NEIGHBOURS_ELASTIC, WEB);
        var own = guest(vpc, heir, "10.0.1.12", GATEWAYS_ELASTIC, OPEN);
        var behindNat = NetworkEngineContract.guest(lab, vpc, "private", inner.host(), 1, "10.0.2.10", OPEN);
        lab.tellLocations(RED);
        try (var outside = Wire.echo(lab.internet(), OUTSIDE_PORT);
                var onWeb = Wire.echo(web.space(), WEB_PORT);
                var onBeside = Wire.echo(beside.space(), WEB_PORT);
                var onOwn = Wire.echo(own.space(), WEB_PORT);
                var shut = Wire.echo(web.space(), 22)) {
            assertEquals(List.of(OUTSIDE_PORT, WEB_PORT), ports(outside, onWeb, onBeside, onOwn));
            eventually("it is reached from outside", () -> isReached(ELASTIC));
            assertEquals(
                    Optional.of(NetworkLab.PUBLIC_GATEWAY),
                    Wire.seenAs(lab.internet(), ELASTIC, WEB_PORT),
                    "and sees who it is");
            assertTrue(Wire.isShut(lab.internet(), ELASTIC, shut.getLocalPort()), "its groups judge");
            eventually(
                    "it reaches the outside by its address", () -> seenAs(web).equals(Optional.of(ELASTIC)));
            eventually("and by IPv6", () -> Wire.seenAs(lab.internet(), web.ipv6(), WEB_PORT)
                    .isPresent());
            assertEquals(Optional.of(NAT), seenAs(behindNat));
            eventually("others of its kind are reached", () -> meets(web, NEIGHBOURS_ELASTIC));
            try (var comes = Wire.connect(lab.internet(), ELASTIC, WEB_PORT).orElseThrow();
                    var goes = Wire.connect(behindNat.space(), NetworkLab.INTERNET, OUTSIDE_PORT)
                            .orElseThrow()) {
                assertEquals(NetworkLab.PUBLIC_GATEWAY, Wire.line(comes));
                assertEquals(NAT, Wire.line(goes));

                zone.hostDies(first.id());
                first.cables("down");
                eventually("it is reached again", () -> isReached(ELASTIC));
                eventually("and its neighbour", () -> isReached(NEIGHBOURS_ELASTIC));
                assertTrue(Wire.isAlive(comes), "a connection from outside goes on");
                assertTrue(Wire.isAlive(goes), "and one through the NAT gateway");
                assertEquals(Optional.of(ELASTIC), seenAs(web));
                assertEquals(Optional.of(NAT), seenAs(behindNat));
                eventually("two hosts with one gateway meet there", () -> meets(web, NEIGHBOURS_ELASTIC));
                assertTrue(isReached(GATEWAYS_ELASTIC), "the other's own guests notice nothing");

                first.cables("up");
                zone.hostStarts(first.id());
                eventually("it is in reserve", () -> first.ends().size() == 2);
                assertEquals(heir, gatewayOf(inner), "what moved stays");
                assertTrue(Wire.isAlive(comes));
                assertTrue(Wire.isAlive(goes));
            }
            heir.cables("down");
            eventually("and takes it when the other one has lost its link", () -> isReached(ELASTIC));
            first.cables("down");
            eventually(
                    "that nobody is left is told",
                    () -> !inner.host().engine().followed(RED).failure().isEmpty());
        }
    }

    private static List<Integer> ports(ServerSocket... servers) {
        return Stream.of(servers).map(ServerSocket::getLocalPort).distinct().toList();
    }
}
