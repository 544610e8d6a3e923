package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.BLUE;
import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static io.coppice.node.network.vpc.Rules.everything;
import static io.coppice.node.network.vpc.Rules.group;
import static io.coppice.node.network.vpc.Rules.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.node.network.MetadataEntry.Guest;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * If this failed, one of the stories of a VPC's network would not come true: addresses and names, forged frames, rules that
 * change under open connections, public addresses, gateways, the way to the metadata service, repair and restart.
 */
class VpcScenarioTest extends TwoHosts {
    private static final int A = 1;
    private static final int PTR = 12;
    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final String RESOLVER = "10.0.0.2";
    private static final String ELASTIC = "198.18.0.50";
    private static final String NOBODY = "10.0.1.200";

    private static Vpc.Builder open() {
        return NetworkEngineContract.red();
    }

    /** Bytes of a guest's packet that pass between hosts. */
    int tunnelMtu() {
        return 1_450;
    }

    @Test
    void guestsGetAddressesAndNames() throws Exception {
        lab.tell(open());
        var vpc = open().build();
        var fresh = lab.addGuest(
                        "fresh",
                        first,
                        NetworkLab.endpoint(vpc, vpc.getSubnets(0), "10.0.1.10", OPEN)
                                .build())
                .boot();
        var other = red("other", second, "10.0.2.10", OPEN);
        lab.tellLocations(RED);
        var offer = fresh.space().call(() -> {
            try (var socket = RawSocket.ofDevice("eth0", 500)) {
                for (int attempt = 0; attempt < 60; attempt++) {
                    if (attempt % 4 == 0) {
                        socket.send(Frames.discover(fresh.endpoint().getMac()));
                    }
                    var found = socket.receive().flatMap(Frames::offer);
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
                throw new AssertionError("no DHCP offer came");
            }
        });
        assertEquals("10.0.1.10", offer.get(0));
        assertEquals("0a000101", offer.get(3), "the subnet's router");
        assertEquals("0a000002", offer.get(6), "the VPC's resolver");
        assertEquals("%04x".formatted(tunnelMtu()), offer.get(26), "bytes that pass through the tunnel");
        assertEquals("20a9fea9fe0a000101000a000101", offer.get(121), "metadata and everything else by the router");

        fresh.configure();
        assertEquals(
                Optional.of("10.0.2.10"), Wire.resolve(fresh.space(), RESOLVER, "ip-10-0-2-10.us-east-1.internal", A));
        assertEquals(
                Optional.of("ip-10-0-1-10.us-east-1.internal."),
                Wire.resolve(other.space(), RESOLVER, "10.1.0.10.in-addr.arpa", PTR));
        assertEquals(Optional.empty(), Wire.resolve(fresh.space(), RESOLVER, "ip-10-0-9-9.us-east-1.internal", A));
        lab.resolve("www.example.org", NetworkLab.INTERNET);
        assertEquals(Optional.of(NetworkLab.INTERNET), Wire.resolve(fresh.space(), RESOLVER, "www.example.org", A));
    }

    @Test
    void forgedFramesGoNowhere() throws Exception {
        lab.tell(open());
        var forger = red("forger", first, "10.0.1.10", OPEN);
        var near = red("near", first, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        var own = forger.endpoint().getMac();
        var stranger = "02:00:00:00:be:ef";
        var data = new byte[] {1, 2, 3, 4};
        var nearMac = near.endpoint().getMac();
        var frames = List.of(
                Frames.udp(stranger, nearMac, "10.0.1.10", 1, "10.0.1.11", 7, data),
                Frames.udp(own, nearMac, NOBODY, 1, "10.0.1.11", 7, data),
                Frames.arp(own, own, NOBODY, "10.0.1.11"),
                Frames.arp(own, stranger, "10.0.1.10", "10.0.1.11"),
                Frames.arp(stranger, stranger, "10.0.1.10", "10.0.1.11"),
                Frames.udp(own, Frames.EVERYBODY, "10.0.1.10", 67, "255.255.255.255", 68, data),
                Frames.udp(own, nearMac, "10.0.1.10", 67, "10.0.1.11", 68, data),
                Frames.routerAdvertisement(own));
        var arrived = near.space().call(() -> {
            try (var socket = RawSocket.ofDevice("eth0", 300)) {
                forger.space().call(() -> {
                    try (var sender = RawSocket.ofDevice("eth0", 300)) {
                        frames.forEach(sender::send);
                        sender.send(Frames.udp(own, nearMac, "10.0.1.10", 9, "10.0.1.11", 7, data));
                        return true;
                    }
                });
                var count = 0;
                for (var frame = socket.receive(); frame.isPresent(); frame = socket.receive()) {
                    for (var type : List.of(ARP, IPV4, IPV6)) {
                        count += Frames.is(frame.get(), own, type) || Frames.is(frame.get(), stranger, type) ? 1 : 0;
                    }
                }
                return count;
            }
        });
        assertEquals(1, arrived, "the one honest frame");
    }

    @Test
    void aRevokedRuleCutsWhatItAllowedAndNothingElse() throws Exception {
        var rules = group(WEB)
                .addIngress(tcp(80, "10.0.0.0/16"))
                .addIngress(tcp(81, OPEN))
                .addEgress(everything());
        lab.tell(withGroup(rules.build().toBuilder()));
        var server = red("server", first, "10.0.1.10", WEB);
        var near = red("near", first, "10.0.1.11", OPEN);
        var far = red("far", second, "10.0.2.11", OPEN);
        lab.tellLocations(RED);
        try (var http = Wire.echo(server.space(), 80);
                var other = Wire.echo(server.space(), 81);
                var nearOnHttp = Wire.connect(near.space(), "10.0.1.10", http.getLocalPort())
                        .orElseThrow();
                var farOnHttp = Wire.connect(far.space(), "10.0.1.10", 80).orElseThrow();
                var farOnOther = Wire.connect(far.space(), "10.0.1.10", other.getLocalPort())
                        .orElseThrow()) {
            assertEquals("10.0.1.11", Wire.line(nearOnHttp));
            assertEquals("10.0.2.11", Wire.line(farOnHttp));
            assertEquals("10.0.2.11", Wire.line(farOnOther));
            lab.tell(withGroup(group(WEB).addIngress(tcp(81, OPEN)).addEgress(everything())));
            assertTrue(Wire.isAlive(farOnOther), "what is still allowed goes on");
            assertFalse(Wire.isAlive(farOnHttp));
            assertFalse(Wire.isAlive(nearOnHttp));
            assertTrue(Wire.connect(far.space(), "10.0.1.10", 80).isEmpty());

            far.change(far.endpoint().toBuilder()
                    .clearSecurityGroupIds()
                    .addSecurityGroupIds(WEB)
                    .build());
            lab.tellLocations(RED);
            assertFalse(Wire.isAlive(farOnOther), "it left the group that was allowed");
        }
    }

    private static Vpc.Builder withGroup(SecurityGroup.Builder web) {
        return open().setSecurityGroups(0, web);
    }

    @Test
    void publicAddressesLeadInAndOutAndMove() throws Exception {
        lab.tell(open());
        var one = red("one", first, "10.0.1.10", OPEN);
        var two = red("two", second, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        try (var outside = Wire.echo(lab.internet(), 8080);
                var onOne = Wire.echo(one.space(), 80);
                var onTwo = Wire.echo(two.space(), 80)) {
            assertEquals(Optional.empty(), Wire.seenAs(one.space(), NetworkLab.INTERNET, outside.getLocalPort()));
            one.change(withPublic(one, ELASTIC));
            assertEquals(Optional.of(ELASTIC), Wire.seenAs(one.space(), NetworkLab.INTERNET, 8080));
            assertEquals(
                    Optional.of(NetworkLab.PUBLIC_GATEWAY), Wire.seenAs(lab.internet(), ELASTIC, onOne.getLocalPort()));
            assertEquals(Optional.empty(), Wire.seenAs(two.space(), NetworkLab.INTERNET, 8080));
            var open = Wire.connect(lab.internet(), ELASTIC, 80).orElseThrow();
            Wire.line(open);

            one.change(one.endpoint().toBuilder().clearPublicAddresses().build());
            two.change(withPublic(two, ELASTIC));
            assertEquals(
                    Optional.of(NetworkLab.PUBLIC_GATEWAY), Wire.seenAs(lab.internet(), ELASTIC, onTwo.getLocalPort()));
            assertEquals(Optional.of(ELASTIC), Wire.seenAs(two.space(), NetworkLab.INTERNET, 8080));
            assertFalse(isAliveOrReset(open), "the address is another guest's now");
            assertEquals(Optional.empty(), Wire.seenAs(one.space(), NetworkLab.INTERNET, 8080));
        }
    }

    @Test
    void aPublicAddressMovesBetweenGuestsOfOneHostWithoutARepair() throws Exception {
        lab.tell(open());
        var one = red("one", first, "10.0.1.10", OPEN);
        var two = red("two", first, "10.0.1.11", OPEN);
        try (var outside = Wire.echo(lab.internet(), 8080);
                var onOne = Wire.echo(one.space(), 80);
                var onTwo = Wire.echo(two.space(), 80)) {
            one.change(withPublic(one, ELASTIC));
            assertTrue(
                    Wire.connect(lab.internet(), ELASTIC, onOne.getLocalPort()).isPresent());
            // The last public address of the host goes before it comes again.
            one.change(one.endpoint().toBuilder().clearPublicAddresses().build());
            two.change(withPublic(two, ELASTIC));
            assertTrue(
                    Wire.connect(lab.internet(), ELASTIC, onTwo.getLocalPort()).isPresent());
            assertEquals(
                    Optional.of(ELASTIC),
                    Wire.seenAs(two.space(), NetworkLab.INTERNET, outside.getLocalPort()),
                    "the way out is there too");
        }
    }

    private static boolean isAliveOrReset(Socket socket) throws IOException {
        try (socket) {
            return Wire.isAlive(socket);
        } catch (SocketException e) {
            return false;
        }
    }

    private static NetworkEndpoint withPublic(LabGuest guest, String address) {
        return guest.endpoint().toBuilder()
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(address).setPrivateIpv4(guest.address()))
                .build();
    }

    @Test
    void aNatGatewayServesSubnetsOfOtherHosts() throws Exception {
        var vpc = open();
        vpc.addNatGateways(NatGateway.newBuilder()
                .setNatGatewayId("nat-00000000000000001")
                .setSubnetId(vpc.getSubnets(0).getSubnetId())
                .setPrivateIpv4("10.0.1.250")
                .setPublicIpv4("198.18.0.99")
                .setNodeId("node-2")
                .setNodeAddress("172.30.0.2"));
        vpc.getRouteTablesBuilder(0)
                .clearRoutes()
                .addRoutes(Route.newBuilder().setDestination("0.0.0.0/0").setNatGatewayId("nat-00000000000000001"));
        lab.tell(vpc);
        var far = red("far", first, "10.0.2.10", OPEN);
        var near = red("near", second, "10.0.2.11", OPEN);
        lab.tellLocations(RED);
        try (var outside = Wire.echo(lab.internet(), 8080)) {
            assertEquals(
                    Optional.of("198.18.0.99"),
                    Wire.seenAs(far.space(), NetworkLab.INTERNET, outside.getLocalPort()),
                    "from another host than the gateway's");
            assertEquals(Optional.of("198.18.0.99"), Wire.seenAs(near.space(), NetworkLab.INTERNET, 8080));
            assertTrue(Wire.connect(lab.internet(), "198.18.0.99", 80).isEmpty(), "nothing comes in by it");
        }
        lab.tell(open());
        assertEquals(List.of(), Namespace.named(second.settings().bridge() + "-nat-"));
    }

    @Test
    void aRouteLeadsToAnInstanceThatForwards() throws Exception {
        lab.tell(open());
        var router = red("router", second, "10.0.1.20", OPEN);
        var client = red("client", first, "10.0.2.10", OPEN);
        router.change(router.endpoint().toBuilder().setSourceDestCheck(false).build());
        router.space().run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        router.space().ip("addr", "add", "192.0.2.7/32", "dev", "lo");
        lab.tellLocations(RED);
        var vpc = open();
        vpc.getRouteTablesBuilder(0)
                .addRoutes(Route.newBuilder()
                        .setDestination("192.0.2.0/24")
                        .setNetworkInterfaceId(router.endpoint().getNetworkInterfaceId()));
        lab.tell(vpc);
        try (var server = Wire.echo(router.space(), 80)) {
            var seen = Wire.seenAs(client.space(), "192.0.2.7", server.getLocalPort());
            assertEquals(Optional.of("10.0.2.10"), seen);
        }
    }

    @Test
    void metadataKnowsGuestsWithTheSameAddressApart() throws Exception {
        lab.tell(open());
        lab.tell(NetworkEngineContract.blue());
        var red = red("red", first, "10.0.1.10", OPEN);
        var blue = guest(lab, NetworkEngineContract.blue().build(), "blue", first, 0, "10.0.1.10", OPEN);
        try (var service = Wire.echo(first.space(), first.settings().metadataPort());
                var other = Wire.echo(first.space(), 22)) {
            var entry = first.engine().metadataEntry();
            var seenRed = Wire.seenAs(red.space(), VpcView.METADATA_ADDRESS, 80).orElseThrow();
            var seenBlue =
                    Wire.seenAs(blue.space(), VpcView.METADATA_ADDRESS, 80).orElseThrow();
            assertEquals(Optional.of(new Guest(RED, "10.0.1.10")), entry.whoIs(seenRed));
            assertEquals(Optional.of(new Guest(BLUE, "10.0.1.10")), entry.whoIs(seenBlue));
            assertEquals(Optional.empty(), entry.whoIs("169.254.64.77"));
            var host = first.settings().metadataAddress();
            assertTrue(Wire.connect(red.space(), host, other.getLocalPort()).isEmpty(), "no other door of the host");
            assertTrue(Wire.connect(red.space(), host, service.getLocalPort()).isEmpty(), "by the one address only");
            assertEquals(1, timeToLive(red), "an answer goes one hop by default");
            entry.open(red.instance(), new Reach(3, false));
            assertEquals(3, timeToLive(red));
            assertEquals(1, timeToLive(blue));
        }
    }

    /** Of a packet with data that comes back from the metadata service. */
    private static int timeToLive(LabGuest guest) throws IOException {
        return guest.space().call(() -> {
            try (var socket = RawSocket.ofProtocol(Probe.TCP, 3_000)) {
                var seen = new Socket();
                seen.connect(new InetSocketAddress(VpcView.METADATA_ADDRESS, 80), 3_000);
                seen.close();
                return (int) socket.receive().orElseThrow()[8];
            }
        });
    }
}
