package io.coppice.node.network.vpc;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * One kind of packet that says which case it belongs to: the first of a flow, as the rules judge it.
 *
 * @param protocol number of IP
 * @param port destination port or ICMP type, 0 where there is neither
 * @param code of ICMP
 */
record Probe(String name, int protocol, int port, int code) {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP = 1;
    static final int GRE = 47;

    private static final int FIRST_SOURCE_PORT = 20_000;
    private static final int MARK = 0x43505443;
    private static final int TCP_HEADER = 20;
    private static final int SYN = 0x5002;

    /** Reads {@code tcp80}, {@code udp53}, {@code icmp8.0} or {@code gre}. */
    static Probe parse(String text) {
        if (text.equals("gre")) {
            return new Probe(text, GRE, 0, 0);
        }
        if (text.startsWith("icmp")) {
            var dot = text.indexOf('.');
            return new Probe(
                    text, ICMP, Integer.parseInt(text.substring(4, dot)), Integer.parseInt(text.substring(dot + 1)));
        }
        return new Probe(text, text.startsWith("tcp") ? TCP : UDP, Integer.parseInt(text.substring(3)), 0);
    }

    /** What follows the IP header. */
    byte[] packet(int number, String from, String to) {
        return switch (protocol) {
            case TCP -> tcp(number, from, to);
            case UDP ->
                ByteBuffer.allocate(16)
                        .putShort((short) (FIRST_SOURCE_PORT + number % 40_000))
                        .putShort((short) port)
                        .putShort((short) 16)
                        .putShort((short) 0)
                        .putInt(MARK)
                        .putInt(number)
                        .array();
            case ICMP -> {
                // Errors speak of a packet; here they speak of none that anybody sent.
                var bytes = ByteBuffer.allocate(36)
                        .put((byte) port)
                        .put((byte) code)
                        .putShort((short) 0)
                        .putShort((short) number)
                        .putShort((short) 1)
                        .putInt(MARK)
                        .putInt(number);
                yield bytes.putShort(2, checksum(bytes.array(), 0)).array();
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

    private byte[] tcp(int number, String from, String to) {
        var segment = ByteBuffer.allocate(TCP_HEADER)
                .putShort((short) (FIRST_SOURCE_PORT + number % 40_000))
                .putShort((short) port)
                .putInt(number)
                .putInt(0)
                .putShort((short) SYN)
                .putShort((short) 1024)
                .putInt(0);
        var pseudo = ByteBuffer.allocate(12)
                .putInt((int) Cidr.number(from))
                .putInt((int) Cidr.number(to))
                .putShort((short) TCP)
                .putShort((short) TCP_HEADER);
        return segment.putShort(16, checksum(segment.array(), sum(pseudo.array())))
                .array();
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
        return type == 0 || type == 14;
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
