package io.coppice.node.network.vpc;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Frames as an ill-behaved guest would make them, and a DHCP client's. Source: RFC 826, RFC 2131. */
final class Frames {
    static final String EVERYBODY = "ff:ff:ff:ff:ff:ff";

    private static final int ETHERNET = 14;
    private static final int IP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int BOOTP = 236;
    private static final int COOKIE = 0x63825363;
    private static final int XID = 0x12345678;
    private static final int ARP_TYPE = 0x0806;

    private Frames() {}

    private static byte[] mac(String mac) {
        return HexFormat.ofDelimiter(":").parseHex(mac);
    }

    static byte[] arp(String senderMac, String claimedMac, String claimedAddress, String target) {
        return ByteBuffer.allocate(60)
                .put(mac(EVERYBODY))
                .put(mac(senderMac))
                .putShort((short) ARP_TYPE)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1)
                .put(mac(claimedMac))
                .putInt((int) Cidr.number(claimedAddress))
                .put(new byte[6])
                .putInt((int) Cidr.number(target))
                .array();
    }

    static byte[] udp(String fromMac, String toMac, String from, int fromPort, String to, int toPort, byte[] data) {
        var length = IP_HEADER + UDP_HEADER + data.length;
        var frame = ByteBuffer.allocate(ETHERNET + length)
                .put(mac(toMac))
                .put(mac(fromMac))
                .putShort((short) 0x0800)
                .put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) length)
                .putInt(0)
                .put((byte) 64)
                .put((byte) Probe.UDP)
                .putShort((short) 0)
                .putInt((int) Cidr.number(from))
                .putInt((int) Cidr.number(to));
        var header = new byte[IP_HEADER];
        frame.get(ETHERNET, header);
        frame.putShort(ETHERNET + 10, Probe.checksum(header, 0));
        return frame.putShort((short) fromPort)
                .putShort((short) toPort)
                .putShort((short) (UDP_HEADER + data.length))
                .putShort((short) 0)
                .put(data)
                .array();
    }

    /** An address of IPv6 as its 16 bytes. */
    static byte[] ipv6(String address) {
        return HexFormat.of().parseHex(Ipv6.bytes(address).substring(2));
    }

    /** A packet of IPv6 with the checksum that UDP and ICMPv6 have at these places. */
    static byte[] ipv6(String fromMac, String toMac, String from, String to, int protocol, byte[] data) {
        var pseudo = ByteBuffer.allocate(40 + data.length + data.length % 2)
                .put(ipv6(from))
                .put(ipv6(to))
                .putInt(data.length)
                .putInt(protocol)
                .put(data);
        var checked = ByteBuffer.wrap(data.clone())
                .putShort(protocol == Probe.UDP ? 6 : 2, Probe.checksum(pseudo.array(), 0));
        return ByteBuffer.allocate(ETHERNET + 40 + data.length)
                .put(mac(toMac))
                .put(mac(fromMac))
                .putShort((short) 0x86dd)
                .putInt(0x60000000)
                .putShort((short) data.length)
                .put((byte) protocol)
                .put((byte) 255)
                .put(ipv6(from))
                .put(ipv6(to))
                .put(checked.array())
                .array();
    }

    /** What UDP carries, with its header but without the checksum. */
    static byte[] datagram(int fromPort, int toPort, byte[] data) {
        return ByteBuffer.allocate(UDP_HEADER + data.length)
                .putShort((short) fromPort)
                .putShort((short) toPort)
                .putShort((short) (UDP_HEADER + data.length))
                .putShort((short) 0)
                .put(data)
                .array();
    }

    /** A message of neighbour discovery about an address, with one option of a hardware address. */
    static byte[] neighbour(int type, int flags, String target, int option, String mac) {
        return ByteBuffer.allocate(32)
                .put((byte) type)
                .put(new byte[3])
                .put((byte) flags)
                .put(new byte[3])
                .put(ipv6(target))
                .put((byte) option)
                .put((byte) 1)
                .put(mac(mac))
                .array();
    }

    /** What a client of DHCPv6 asks all servers: for one address, and for resolvers. Source: RFC 8415 section 18.2.1. */
    static byte[] solicit(String mac) {
        var link = Ipv6.linkLocal(mac);
        var data = ByteBuffer.allocate(4 + 14 + 16 + 6 + 6)
                .put(new byte[] {1, 0x12, 0x34, 0x56})
                .put(new byte[] {0, 1, 0, 10, 0, 3, 0, 1})
                .put(mac(mac))
                .put(new byte[] {0, 3, 0, 12})
                .putInt(7)
                .putLong(0)
                .put(new byte[] {0, 8, 0, 2, 0, 0})
                .put(new byte[] {0, 6, 0, 2, 0, 23});
        return ipv6(mac, "33:33:00:01:00:02", link, "ff02::1:2", Probe.UDP, datagram(546, 547, data.array()));
    }

    /** An IPv6 router advertisement as a guest would forge it. */
    static byte[] routerAdvertisement(String fromMac) {
        var frame = ByteBuffer.allocate(ETHERNET + 40 + 16)
                .put(mac("33:33:00:00:00:01"))
                .put(mac(fromMac))
                .putShort((short) 0x86dd)
                .putInt(0x60000000)
                .putShort((short) 16)
                .put((byte) 58)
                .put((byte) 255)
                .put(HexFormat.of().parseHex("fe80000000000000000000000000bad1"))
                .put(HexFormat.of().parseHex("ff020000000000000000000000000001"));
        return frame.put((byte) 134).array();
    }

    /** What a client broadcasts that has no address yet. */
    static byte[] discover(String mac) {
        var data = ByteBuffer.allocate(BOOTP + 4 + 12)
                .put((byte) 1)
                .put((byte) 1)
                .put((byte) 6)
                .put((byte) 0)
                .putInt(XID)
                .putShort((short) 0)
                .putShort((short) 0x8000)
                .put(new byte[16])
                .put(mac(mac))
                .put(new byte[BOOTP - 34])
                .putInt(COOKIE)
                .put(new byte[] {53, 1, 1, 55, 6, 1, 3, 6, 15, 26, 121});
        return udp(mac, EVERYBODY, "0.0.0.0", 68, "255.255.255.255", 67, data.array());
    }

    /** The address and the options (by their numbers, in hexadecimal) that a server offers in this frame. */
    static Optional<Map<Integer, String>> offer(byte[] frame) {
        var begin = ETHERNET + IP_HEADER + UDP_HEADER;
        if (frame.length < begin + BOOTP + 4) {
            return Optional.empty();
        }
        var buffer = ByteBuffer.wrap(frame);
        if (buffer.get(begin) != 2 || buffer.getInt(begin + 4) != XID || buffer.getInt(begin + BOOTP) != COOKIE) {
            return Optional.empty();
        }
        var options = new TreeMap<Integer, String>();
        options.put(0, Cidr.text(Integer.toUnsignedLong(buffer.getInt(begin + 16))));
        buffer.position(begin + BOOTP + 4);
        while (buffer.remaining() > 1) {
            var number = Byte.toUnsignedInt(buffer.get());
            if (number == 255) {
                break;
            }
            if (number == 0) {
                continue;
            }
            var value = new byte[Byte.toUnsignedInt(buffer.get())];
            buffer.get(value);
            options.put(number, HexFormat.of().formatHex(value));
        }
        return Optional.of(options);
    }

    /** Whether a frame has this sender and type; an answer to somebody's ARP question does not count. */
    static boolean is(byte[] frame, String from, int type) {
        var buffer = ByteBuffer.wrap(frame);
        var sender = new byte[6];
        buffer.get(6, sender);
        var isAnswerOfArp = type == ARP_TYPE && buffer.getShort(20) == 2;
        return HexFormat.ofDelimiter(":").formatHex(sender).equals(from)
                && !isAnswerOfArp
                && Short.toUnsignedInt(buffer.getShort(12)) == type;
    }
}
