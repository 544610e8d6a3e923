package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, neighbours would be told that a public address is where it was, after they were told where it is. */
class AnnouncementTest {
    private static final String ELASTIC = "198.18.0.50";
    private static final int ARP = 0x0806;
    private static final long PATIENCE = 20_000_000_000L;
    /** Longer than a host repeats itself. */
    private static final long ALL_SAID_MILLIS = 3_000;

    @TempDir
    private Path folder;

    private NetworkLab lab;
    private final List<String> announcers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
    }

    @AfterEach
    void clear() throws Exception {
        ended.set(true);
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void whoLosesAnAddressDoesNotAnnounceItAnyMore() throws Exception {
        var first = lab.addHost();
        var second = lab.addHost();
        var vpc = NetworkEngineContract.red();
        lab.tell(vpc);
        var one = guest(lab, vpc.build(), "one", first, 0, "10.0.1.10", OPEN);
        var two = guest(lab, vpc.build(), "two", second, 0, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        lab.internet().start("announcements", this::listen);
        associate(one);
        assertTrue(announcedBy(first), "the first host says that it has the address");
        one.change(one.endpoint().toBuilder().clearPublicAddresses().build());
        associate(two);
        assertTrue(announcedBy(second), "the second host says that it has the address");
        Thread.sleep(ALL_SAID_MILLIS);
        var afterwards = announcers.subList(announcers.indexOf(mac(second)), announcers.size());
        assertFalse(afterwards.contains(mac(first)), announcers.toString());
    }

    @Test
    void anIpv6AddressThatCameToAnotherHostIsFoundThereAtOnce() throws Exception {
        var first = lab.addHost();
        var second = lab.addHost();
        var vpc = NetworkEngineContract.red();
        vpc.getRouteTablesBuilder(0)
                .addRoutes(Route.newBuilder().setDestination("::/0").setInternetGatewayId("igw-0000000000000001a"));
        lab.tell(vpc);
        var here = ofBoth(vpc.build(), first);
        lab.tellLocations(RED);
        try (var server = Wire.echo(here.space(), 80)) {
            assertTrue(eventually(() -> Wire.seenAs(lab.internet(), here.ipv6(), server.getLocalPort())
                    .isPresent()));
        }
        assertEquals(mac(first), neighbour(here.ipv6()), "the router of the site has found it");
        lab.removeGuest(here);
        var there = ofBoth(vpc.build(), second);
        assertEquals(here.ipv6(), there.ipv6());
        assertTrue(
                eventually(() -> mac(second).equals(neighbour(there.ipv6()))), "and is told without asking: not found");
    }

    private LabGuest ofBoth(Vpc vpc, LabHost host) throws IOException {
        var address = "10.0.1.10";
        return lab.addGuest(
                        "guest",
                        host,
                        NetworkLab.endpoint(vpc, vpc.getSubnets(0), address, OPEN)
                                .addIpv6(NetworkEngineContract.ipv6Of(address))
                                .build())
                .boot()
                .configure();
    }

    /** The hardware address that the site's router knows for an address. */
    private String neighbour(String address) throws IOException {
        var known = Pattern.compile("lladdr (\\S+)").matcher(lab.internet().run("ip", "-6", "neigh", "show", address));
        return known.find() ? known.group(1) : "";
    }

    private static boolean eventually(Callable<Boolean> condition) throws Exception {
        var end = System.nanoTime() + PATIENCE;
        while (!condition.call() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        return condition.call();
    }

    private static void associate(LabGuest guest) throws IOException {
        guest.change(guest.endpoint().toBuilder()
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(ELASTIC).setPrivateIpv4(guest.address()))
                .build());
    }

    private boolean announcedBy(LabHost host) throws InterruptedException {
        var end = System.nanoTime() + PATIENCE;
        while (!announcers.contains(mac(host)) && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        return announcers.contains(mac(host));
    }

    /** Of a VPC's end of the public network's cable. */
    private static String mac(LabHost host) {
        return VpcSettings.macOf("public %s %s".formatted(host.settings().nodeId(), RED));
    }

    private void listen() {
        try (var socket = RawSocket.ofDevice("br0", 200)) {
            while (!ended.get()) {
                socket.receive().flatMap(AnnouncementTest::announcer).ifPresent(announcers::add);
            }
        }
    }

    /** Who says with this frame that it has the address; empty when it is another frame. */
    private static Optional<String> announcer(byte[] frame) {
        var buffer = ByteBuffer.wrap(frame);
        var address = (int) Cidr.number(ELASTIC);
        var says = frame.length >= 42
                && buffer.getShort(12) == ARP
                && buffer.getInt(28) == address
                && buffer.getInt(38) == address;
        return says ? Optional.of(HexFormat.ofDelimiter(":").formatHex(frame, 22, 28)) : Optional.empty();
    }
}
