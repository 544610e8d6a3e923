package io.coppice.server.up;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Optional;

/** Finds the address of this machine that others reach it by. Sends nothing. */
final class MainAddress {
    /** A documentation address (RFC 5737): the way there is the way out. */
    private static final String FAR_AWAY = "203.0.113.1";

    private static final int DISCARD = 9;

    private MainAddress() {}

    /** The source address of the default route, else the first address that is not loopback. */
    static Optional<String> find() {
        try (var socket = new DatagramSocket()) {
            // Connecting a datagram socket only looks at the routes.
            socket.connect(new InetSocketAddress(InetAddress.getByName(FAR_AWAY), DISCARD));
            if (usable(socket.getLocalAddress())) {
                return Optional.of(socket.getLocalAddress().getHostAddress());
            }
        } catch (IOException | UncheckedIOException e) {
            // No default route: the devices tell.
            return ofDevices();
        }
        return ofDevices();
    }

    private static Optional<String> ofDevices() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(MainAddress::usable)
                    .map(InetAddress::getHostAddress)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean usable(InetAddress address) {
        return address instanceof Inet4Address && !address.isLoopbackAddress() && !address.isAnyLocalAddress();
    }
}
