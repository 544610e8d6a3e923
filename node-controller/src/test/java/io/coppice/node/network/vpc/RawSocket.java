package io.coppice.node.network.vpc;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** A raw socket: of one IP protocol, or of all frames of a device. To be opened in the namespace's thread. */
final class RawSocket implements AutoCloseable {
    private static final int BUFFER = 4096;
    private static final int SOCKADDR_IN = 16;
    private static final int SOCKADDR_IN6 = 28;
    private static final int SOCKADDR_LL = 20;

    private final int descriptor;

    private RawSocket(int descriptor, int receiveMillis) {
        this.descriptor = descriptor;
        var time = ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(receiveMillis / 1000)
                .putLong(receiveMillis % 1000 * 1000L);
        Kernel.INSTANCE.setsockopt(descriptor, Kernel.SOL_SOCKET, Kernel.SO_RCVTIMEO, time.array(), 16);
    }

    /** Sends and receives packets of one IP protocol; what is received begins with the IP header. */
    static RawSocket ofProtocol(int protocol, int receiveMillis) {
        return new RawSocket(Kernel.INSTANCE.socket(Kernel.AF_INET, Kernel.SOCK_RAW, protocol), receiveMillis);
    }

    /** As {@link #ofProtocol}, over IPv6; what is received begins behind the IP header. */
    static RawSocket ofIpv6Protocol(int protocol, int receiveMillis) {
        return new RawSocket(Kernel.INSTANCE.socket(Kernel.AF_INET6, Kernel.SOCK_RAW, protocol), receiveMillis);
    }

    /** Sends and receives whole Ethernet frames. */
    static RawSocket ofDevice(String device, int receiveMillis) {
        var socket = new RawSocket(
                Kernel.INSTANCE.socket(Kernel.AF_PACKET, Kernel.SOCK_RAW, Short.toUnsignedInt(Short.reverseBytes((short)
                        Kernel.ETH_P_ALL))),
                receiveMillis);
        var address = ByteBuffer.allocate(SOCKADDR_LL)
                .order(ByteOrder.nativeOrder())
                .putShort((short) Kernel.AF_PACKET)
                .putShort(Short.reverseBytes((short) Kernel.ETH_P_ALL))
                .putInt(Kernel.INSTANCE.if_nametoindex(device));
        Kernel.INSTANCE.bind(socket.descriptor, address.array(), SOCKADDR_LL);
        return socket;
    }

    /** Sends what follows the IP header. False when the network refused it at once. */
    boolean sendTo(String address, byte[] bytes) {
        var target = address.indexOf(':') < 0 ? ipv4(address) : ipv6(address);
        try {
            Kernel.INSTANCE.sendto(descriptor, bytes, new NativeLong(bytes.length), 0, target, target.length);
            return true;
        } catch (LastErrorException e) {
            return false;
        }
    }

    private static byte[] ipv6(String address) {
        return ByteBuffer.allocate(SOCKADDR_IN6)
                .order(ByteOrder.nativeOrder())
                .putShort((short) Kernel.AF_INET6)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) 0)
                .putInt(0)
                .put(Frames.ipv6(address))
                .array();
    }

    private static byte[] ipv4(String address) {
        return ByteBuffer.allocate(SOCKADDR_IN)
                .order(ByteOrder.nativeOrder())
                .putShort((short) Kernel.AF_INET)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) 0)
                .putInt((int) Cidr.number(address))
                .array();
    }

    /** Sends a whole frame. */
    void send(byte[] frame) {
        Kernel.INSTANCE.send(descriptor, frame, new NativeLong(frame.length), 0);
    }

    /** The next packet, empty when none comes in time. */
    Optional<byte[]> receive() {
        var buffer = new byte[BUFFER];
        try {
            var length = Kernel.INSTANCE
                    .recv(descriptor, buffer, new NativeLong(BUFFER), 0)
                    .intValue();
            return Optional.of(Arrays.copyOf(buffer, length));
        } catch (LastErrorException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        Kernel.INSTANCE.close(descriptor);
    }
}
