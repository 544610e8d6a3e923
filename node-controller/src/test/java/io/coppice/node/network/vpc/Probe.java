package io.coppice.node.network.vpc;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * One kind of packet that says which case it belongs to: the first of a flow, as the rules judge it.
 *
 * @param protocol number of IP
 * @param port destination port or ICMP type, 0 where there is neither
 * @param code of ICMP
 * @param ipv6 whether it goes by IPv6
 */
record Probe(String name, int protocol, int port, int code, boolean ipv6) {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP = 1;
    static final int ICMPV6 = 58;
    static final int GRE = 47;

    private static final int FIRST_SOURCE_PORT = 20_000;
    private static final int MARK = 0x43505443;
    private static final int UDP_LENGTH = 16;
    private static final int TCP_HEADER = 20;
    private static final int SYN = 0x5002;

    /** Reads {@code tcp80}, {@code udp53}, {@code icmp8.0} or {@code gre}, of IPv6 with {@code /6} behind it. */
    static Probe parse(String name) {
        var ipv6 = name.endsWith("/6");
        var text = ipv6 ? name.substring(0, name.length() - 2) : name;
        if (text.equals("gre")) {
            return new Probe(name, GRE, 0, 0, ipv6);
        }
        if (text.startsWith("icmp")) {
            var dot = text.indexOf('.');
            return new Probe(
                    name,
                    ipv6 ? ICMPV6 : ICMP,
                    Integer.parseInt(text.substring(4, dot)),
                    Integer.parseInt(text.substring(dot + 1)),
                    ipv6);
        }
        var port = Integer.parseInt(text.substring(3));
        return new Probe(name, text.startsWith("tcp") ? TCP : UDP, port, 0, ipv6);
    }

    /** What follows the IP header. */
    byte[] packet(int number, String from, String to) {
        return switch (protocol) {
            case TCP -> tcp(number, from, to);
            case UDP -> udp(number, from, to);
            case ICMP, ICMPV6 -> {
                // Errors speak of a packet; here they speak of none that anybody sent.
                var bytes = ByteBuffer.allocate(36)
                        .put((byte) port)
                        .put((byte) code)
                        .putShort((short) 0)
                        .putShort((short) number)
                        .putShort((short) 1)
                        .putInt(MARK)
                        .putInt(number);
                // The kernel writes that of ICMPv6, which is over the addresses too.
                yield ipv6
                        ? bytes.array()
                        : bytes.putShort(2, checksum(bytes.array(), 0)).array();
            }
            default ->
                ByteBuffer.allocate(12)
                        .putShort((short) 0)
                        .putShort((short) 0x0800)
                        .putInt(MARK)
                        .putInt(number)
                        .array();
        };
    }

    private byte[] udp(int number, String from, String to) {
        var datagram = ByteBuffer.allocate(UDP_LENGTH)
                .putShort((short) (FIRST_SOURCE_PORT + number % 40_000))
                .putShort((short) port)
                .putShort((short) UDP_LENGTH)
                .putShort((short) 0)
                .putInt(MARK)
                .putInt(number);
        return ipv6
                // Only IPv4 lets the checksum be left out.
                ? datagram.putShort(
                                6,
                                checksum(
                                        datagram.array(),
                                        sum(Frames.ipv6(from)) + sum(Frames.ipv6(to)) + UDP + UDP_LENGTH))
                        .array()
                : datagram.array();
    }

    private byte[] tcp(int number, String from, String to) {
        var segment = ByteBuffer.allocate(TCP_HEADER)
                .putShort((short) (FIRST_SOURCE_PORT + number % 40_000))
                .putShort((short) port)
                .putInt(number)
                .putInt(0)
                .putShort((short) SYN)
                .putShort((short) 1024)
                .putInt(0);
        var addresses = ipv6 ? sum(Frames.ipv6(from)) + sum(Frames.ipv6(to)) : sum(ipv4(from)) + sum(ipv4(to));
        return segment.putShort(16, checksum(segment.array(), addresses + TCP + TCP_HEADER))
                .array();
    }

    private static byte[] ipv4(String address) {
        return ByteBuffer.allocate(4).putInt((int) Cidr.number(address)).array();
    }

    /** As {@link #numberOf(byte[])} of what follows a header of IPv6. */
    static OptionalInt numberOf(int protocol, byte[] packet) {
        var buffer = ByteBuffer.wrap(packet);
        return switch (protocol) {
            case TCP -> OptionalInt.of(buffer.getInt(4));
            case ICMPV6 -> isAnswer(buffer.get(0)) ? OptionalInt.empty() : marked(buffer, 8);
            default -> marked(buffer, 8);
        };
    }

    /** The case that a received packet belongs to; it begins with the IP header. */
    static OptionalInt numberOf(byte[] packet) {
        var header = (packet[0] & 15) * 4;
        var buffer = ByteBuffer.wrap(packet, header, packet.length - header).slice();
        return switch (packet[9]) {
            case TCP -> OptionalInt.of(buffer.getInt(4));
            case UDP -> marked(buffer, 8);
            case ICMP -> isAnswer(buffer.get(0)) ? OptionalInt.empty() : marked(buffer, 8);
            default -> marked(buffer, 4);
        };
    }

    /** Echo and timestamp replies carry what the question carried. */
    private static boolean isAnswer(byte type) {
        return type == 0 || type == 14 || type == (byte) 129;
    }

    private static OptionalInt marked(ByteBuffer buffer, int offset) {
        return buffer.limit() >= offset + 8 && buffer.getInt(offset) == MARK
                ? OptionalInt.of(buffer.getInt(offset + 4))
                : OptionalInt.empty();
    }

    private static int sum(byte[] bytes) {
        var sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += (bytes[i] & 255) << 8 | bytes[i + 1] & 255;
        }
        return sum;
    }

    /** Source: RFC 1071. */
    static short checksum(byte[] bytes, int begin) {
        var sum = begin + sum(bytes);
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (short) ~sum;
    }
}
