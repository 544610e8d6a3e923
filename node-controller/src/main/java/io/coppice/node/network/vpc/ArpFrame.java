package io.coppice.node.network.vpc;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Requests of ARP that nobody has to answer. Pure. Source: RFC 826, RFC 5227. */
final class ArpFrame {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
    private static final byte[] EVERYBODY = COLONS.parseHex("ff:ff:ff:ff:ff:ff");
    private static final int FRAME_BYTES = 60;
    private static final short ARP = 0x0806;
    /** Ethernet and IPv4, with the lengths of their addresses, and a request. */
    private static final long REQUEST = 0x0001_0800_06_04_0001L;

    private ArpFrame() {}

    /** Says that the address is at this hardware address (RFC 5227 section 3). */
    static byte[] announcement(String mac, String address) {
        return frame(mac, (int) Cidr.number(address), address);
    }

    /** Says nothing of the address: neighbours learn nothing, only switches do (RFC 5227 section 2.1.1). */
    static byte[] probe(String mac, String address) {
        return frame(mac, 0, address);
    }

    private static byte[] frame(String mac, int sender, String target) {
        var octets = COLONS.parseHex(mac);
        return ByteBuffer.allocate(FRAME_BYTES)
                .put(EVERYBODY)
                .put(octets)
                .putShort(ARP)
                .putLong(REQUEST)
                .put(octets)
                .putInt(sender)
                .put(new byte[octets.length])
                .putInt((int) Cidr.number(target))
                .array();
    }
}
