package io.coppice.node.network.vpc;

import java.io.IOException;
import java.math.BigInteger;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Ordinary connections between namespaces. */
final class Wire {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_MILLIS = 1_000;
    private static final int SHUT_MILLIS = 500;
    private static final int DNS_PORT = 53;
    private static final int A = 1;
    private static final int AAAA = 28;

    private Wire() {}

    /** A server that tells everybody who connects where it sees them, and then repeats what it is told. */
    static ServerSocket echo(Space space, int port) throws IOException {
        var server = space.call(() -> {
            var socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return socket;
        });
        space.start("echo", () -> accept(server));
        return server;
    }

    private static void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            var from = (InetSocketAddress) socket.getRemoteSocketAddress();
            socket.getOutputStream()
                    .write((from.getAddress().getHostAddress() + "\n").getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // The other side went away.
        }
    }

    /** A connection, empty when none comes about. */
    static Optional<Socket> connect(Space space, String address, int port) throws IOException {
        return space.call(() -> {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
                socket.setSoTimeout(READ_MILLIS);
                return Optional.of(socket);
            } catch (IOException e) {
                socket.close();
                return Optional.empty();
            }
        });
    }

    /** Whether nothing answers there. A first question is answered at once where anything does: more are not waited for. */
    static boolean isShut(Space space, String address, int port) throws IOException {
        return space.call(() -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), SHUT_MILLIS);
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }

    /** Where the server says that it sees the caller; empty when it cannot be reached. */
    static Optional<String> seenAs(Space space, String address, int port) throws IOException {
        var socket = connect(space, address, port);
        if (socket.isEmpty()) {
            return Optional.empty();
        }
        try (var open = socket.get()) {
            return Optional.of(line(open));
        }
    }

    static String line(Socket socket) throws IOException {
        var text = new StringBuilder();
        for (int next = socket.getInputStream().read();
                next >= 0 && next != '\n';
                next = socket.getInputStream().read()) {
            text.append((char) next);
        }
        return text.toString();
    }

    /** Whether what is sent on the connection still comes back. */
    static boolean isAlive(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write("x\n".getBytes(StandardCharsets.US_ASCII));
            return line(socket).equals("x");
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** The first answer to a DNS question: an address (types A and AAAA) or a name (type PTR); empty when there is none. */
    static Optional<String> resolve(Space space, String server, String name, int type) throws IOException {
        return space.call(() -> {
            try (var socket = new DatagramSocket()) {
                socket.setSoTimeout(CONNECT_MILLIS);
                var question = question(name, type);
                socket.send(new DatagramPacket(question, question.length, new InetSocketAddress(server, DNS_PORT)));
                var answer = new DatagramPacket(new byte[512], 512);
                socket.receive(answer);
                return answer(ByteBuffer.wrap(answer.getData(), 0, answer.getLength()), question.length, type);
            } catch (SocketTimeoutException e) {
                return Optional.empty();
            }
        });
    }

    private static byte[] question(String name, int type) {
        var buffer = ByteBuffer.allocate(300)
                .putShort((short) 7)
                .putShort((short) 0x0100)
                .putShort((short) 1)
                .putShort((short) 0)
                .putInt(0);
        for (var label : name.split("\\.")) {
            buffer.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        buffer.put((byte) 0).putShort((short) type).putShort((short) 1);
        var bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    private static Optional<String> answer(ByteBuffer message, int questionLength, int type) {
        if (message.getShort(6) == 0) {
            return Optional.empty();
        }
        // Behind the question: name (a pointer), type, class, life, length.
        var data = questionLength + 12;
        if (type == A) {
            return Optional.of(Cidr.text(Integer.toUnsignedLong(message.getInt(data))));
        }
        if (type == AAAA) {
            var octets = new byte[16];
            message.get(data, octets);
            return Optional.of(Ipv6.text(new BigInteger(1, octets)));
        }
        var text = new StringBuilder();
        for (int at = data; message.get(at) != 0; at += message.get(at) + 1) {
            for (int i = 1; i <= message.get(at); i++) {
                text.append((char) message.get(at + i));
            }
            text.append('.');
        }
        return Optional.of(text.toString());
    }
}
