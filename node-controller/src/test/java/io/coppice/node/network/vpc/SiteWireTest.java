package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static io.coppice.node.network.vpc.NetworkEngineContract.red;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.network.vpc.Trunk.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, guests whose frames take a wire of the site's would not find each other there, or would be met by machines that have
 * nothing to do with them. What rules allow on it is {@link VlanEngineTest}'s and {@link LanEngineTest}'s.
 */
class SiteWireTest {
    private static final int ECHO = 80;
    private static final int SILENCE_MILLIS = 700;
    private static final int TAGGED = 0x8100;
    private static final int FIRST_SUBNET = 101;

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private NetworkLab lab;

    @SuppressWarnings("NullAway.Init")
    private LabHost first;

    @SuppressWarnings("NullAway.Init")
    private LabHost second;

    private void raise(Kind kind) throws IOException {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        assumeTrue(
                kind != Kind.VLANS || OpenSwitch.isInstalled(),
                "no Open vSwitch here: apt-get install openvswitch-switch");
        lab = new NetworkLab(folder, kind);
        first = lab.addHost();
        second = lab.addHost();
        lab.tell(red());
    }

    @AfterEach
    void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    private LabGuest guestOf(LabHost host, String label, String address) throws IOException {
        var guest = guest(lab, red().build(), label, host, address.startsWith("10.0.2.") ? 1 : 0, address, OPEN);
        // A switch without the kernel's part cannot complete checksums that the kernel has left to a network card.
        guest.space().run("ethtool", "-K", "eth0", "tx", "off");
        return guest;
    }

    @Test
    void aGuestIsFoundOnTheHostItCameTo() throws Exception {
        raise(Kind.LAN);
        var one = guestOf(first, "one", "10.0.1.10");
        var two = guestOf(second, "two", "10.0.1.11");
        lab.tellLocations(RED);
        try (var server = Wire.echo(two.space(), ECHO)) {
            assertTrue(Wire.connect(one.space(), "10.0.1.11", server.getLocalPort())
                    .isPresent());
        }
        lab.removeGuest(two);
        var third = lab.addHost();
        lab.tell(red());
        var again = guestOf(third, "two again", "10.0.1.11");
        lab.tellLocations(RED);
        try (var server = Wire.echo(again.space(), ECHO)) {
            assertTrue(
                    Wire.connect(one.space(), "10.0.1.11", server.getLocalPort())
                            .isPresent(),
                    "the site's switch sends to where the address was");
        }
    }

    @Test
    void theWireSeesNoRouterAndTheTagsOfSubnets() throws Exception {
        raise(Kind.VLANS);
        var one = guestOf(first, "one", "10.0.2.10");
        var two = guestOf(second, "two", "10.0.1.11");
        lab.tellLocations(RED);
        try (var server = Wire.echo(two.space(), ECHO);
                var wire = first.space().call(() -> RawSocket.ofDevice(NetworkLab.TRUNK, SILENCE_MILLIS))) {
            assertTrue(Wire.connect(one.space(), "10.0.1.11", server.getLocalPort())
                    .isPresent());
            var routed = framesTo(wire, two.endpoint().getMac());
            assertFalse(routed.isEmpty(), "nothing took the wire");
            var subnet = red().getSubnets(0);
            for (var frame : routed) {
                assertEquals(FIRST_SUBNET, tag(frame));
                assertEquals(TrunkCable.mac(first.settings(), subnet), mac(frame, 6));
            }
        }
    }

    private static List<byte[]> framesTo(RawSocket wire, String mac) {
        var found = new ArrayList<byte[]>();
        for (var frame = wire.receive(); frame.isPresent(); frame = wire.receive()) {
            if (mac(frame.get(), 0).equals(mac)) {
                found.add(frame.get());
            }
        }
        return found;
    }

    private static String mac(byte[] frame, int offset) {
        return HexFormat.ofDelimiter(":").formatHex(frame, offset, offset + 6);
    }

    private static int tag(byte[] frame) {
        var header = ByteBuffer.wrap(frame);
        return Short.toUnsignedInt(header.getShort(12)) == TAGGED ? header.getShort(14) & 0xfff : 0;
    }

    @Test
    void amongMachinesOfTheSiteNoRouterAnswersOrForwards() throws Exception {
        raise(Kind.LAN);
        var one = guestOf(first, "one", "10.0.1.10");
        lab.tellLocations(RED);
        var site = lab.site();
        var own = "0a:00:00:00:00:99";
        site.ip("link", "set", "dev", "br0", "address", own);
        site.ip("addr", "add", "10.0.1.99/24", "dev", "br0");
        var answered = site.run("sh", "-c", "arping -c 2 -w 1 -I br0 10.0.1.1 || true");
        assertTrue(answered.contains("Received 0 response"), answered);
        var router = VpcView.routerMac(red().getSubnets(0));
        var guest = one.endpoint().getMac();
        try (var ears = one.space().call(() -> RawSocket.ofDevice("eth0", SILENCE_MILLIS));
                var mouth = site.call(() -> RawSocket.ofDevice("br0", SILENCE_MILLIS))) {
            mouth.send(datagram(own, router, "by the router"));
            mouth.send(datagram(own, Frames.EVERYBODY, "to everybody"));
            mouth.send(datagram(own, guest, "to the guest itself"));
            var heard = new ArrayList<String>();
            for (var frame = ears.receive(); frame.isPresent(); frame = ears.receive()) {
                var text = new String(frame.get(), StandardCharsets.ISO_8859_1);
                List.of("by the router", "to everybody", "to the guest itself").stream()
                        .filter(text::contains)
                        .forEach(heard::add);
            }
            assertEquals(List.of("to the guest itself"), heard);
        }
    }

    private static byte[] datagram(String from, String to, String text) {
        return Frames.udp(from, to, "10.0.1.99", 9, "10.0.1.10", 7, text.getBytes(StandardCharsets.US_ASCII));
    }
}
