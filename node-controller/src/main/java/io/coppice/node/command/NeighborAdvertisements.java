package io.coppice.node.command;

import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Tells everybody on a network, unasked, which hardware address IPv6 addresses have from now on. No program that every host has
 * does that. Pure but for the packets; thread-safe. Source: RFC 4861 section 7.2.6, setns(2), ipv6(7), raw(7).
 */
public final class NeighborAdvertisements {
    /** ff02::1. */
    private static final byte[] ALL_NODES = {(byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private static final byte ADVERTISEMENT = (byte) 136;
    /** From a router; and the entries that neighbours have are to be replaced. */
    private static final int ROUTER_AND_OVERRIDE = 0xa0000000;

    private static final byte TARGET_LINK_ADDRESS = 2;
    private static final byte EIGHT_OCTETS = 1;
    private static final int MESSAGE_BYTES = 32;
    /** What comes from another network has less. */
    private static final int MOST_HOPS = 255;

    private static final int SOCKET_ADDRESS_BYTES = 28;

    private NeighborAdvertisements() {}

    /**
     * Sends one advertisement for each address. Throws {@link IOException} when they cannot be sent.
     *
     * @param namespace by its name; the calling thread stays where it is
     * @param device in the namespace, with an address of IPv6
     * @param mac that the addresses have, 6 bytes
     * @param addresses 16 bytes each
     */
    public static void send(String namespace, String device, byte[] mac, List<byte[]> addresses) throws IOException {
        NamespaceThread.run(namespace, "advertise-" + device, () -> send(device, mac, addresses));
    }

    private static void send(String device, byte[] mac, List<byte[]> addresses) {
        int socket = CLibrary.INSTANCE.socket(
                CLibrary.AF_INET6, CLibrary.SOCK_RAW | CLibrary.SOCK_CLOEXEC, CLibrary.IPPROTO_ICMPV6);
        try {
            var hops = ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putInt(MOST_HOPS)
                    .array();
            CLibrary.INSTANCE.setsockopt(
                    socket, CLibrary.IPPROTO_IPV6, CLibrary.IPV6_MULTICAST_HOPS, hops, hops.length);
            var everybody = everybodyBehind(device);
            for (var address : addresses) {
                var message = message(address, mac);
                CLibrary.INSTANCE.sendto(
                        socket, message, new NativeLong(message.length), 0, everybody, everybody.length);
            }
        } finally {
            CLibrary.INSTANCE.close(socket);
        }
    }

    /** The kernel puts the checksum in. */
    private static byte[] message(byte[] address, byte[] mac) {
        return ByteBuffer.allocate(MESSAGE_BYTES)
                .put(ADVERTISEMENT)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(ROUTER_AND_OVERRIDE)
                .put(address)
                .put(TARGET_LINK_ADDRESS)
                .put(EIGHT_OCTETS)
                .put(mac)
                .array();
    }

    /** A {@code sockaddr_in6}. */
    private static byte[] everybodyBehind(String device) {
        return ByteBuffer.allocate(SOCKET_ADDRESS_BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) CLibrary.AF_INET6)
                .putShort((short) 0)
                .putInt(0)
                .put(ALL_NODES)
                .putInt(CLibrary.INSTANCE.if_nametoindex(device))
                .array();
    }
}
