package io.coppice.node.command;

import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sends whole Ethernet frames, with whatever sender. Pure but for the frames; thread-safe. Source: packet(7). */
public final class EthernetFrames {
    private static final int SOCKET_ADDRESS_BYTES = 20;

    private EthernetFrames() {}

    /**
     * Sends a frame out of a device. Throws {@link IOException} when it cannot be sent.
     *
     * @param namespace of the device, by its name
     * @param frame from the receiver's address on, at least 14 bytes
     */
    public static void send(String namespace, String device, byte[] frame) throws IOException {
        NamespaceThread.run(namespace, "send-" + device, () -> send(device, frame));
    }

    private static void send(String device, byte[] frame) {
        // Protocol 0: it receives nothing.
        int socket = CLibrary.INSTANCE.socket(CLibrary.AF_PACKET, CLibrary.SOCK_RAW | CLibrary.SOCK_CLOEXEC, 0);
        try {
            var out = ByteBuffer.allocate(SOCKET_ADDRESS_BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putShort((short) CLibrary.AF_PACKET)
                    .putShort((short) 0)
                    .putInt(CLibrary.INSTANCE.if_nametoindex(device))
                    .array();
            CLibrary.INSTANCE.sendto(socket, frame, new NativeLong(frame.length), 0, out, out.length);
        } finally {
            CLibrary.INSTANCE.close(socket);
        }
    }
}
