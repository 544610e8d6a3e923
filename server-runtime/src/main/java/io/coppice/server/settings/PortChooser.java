package io.coppice.server.settings;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Finds TCP ports that a new cloud can listen on. What it gave is claimed, so that no two endpoints ever get the same. */
public final class PortChooser {
    private final PortClaims claims;

    /** Chooses what nobody claims; what it gives stays claimed as long as the claims are open. */
    public PortChooser(PortClaims claims) {
        this.claims = claims;
    }

    /** The wanted port when it is free on that host, else any free one. 0 wants none in particular. */
    public int choose(String host, int wanted) {
        if (wanted != 0 && available(host, wanted)) {
            return wanted;
        }
        for (int attempt = 0; attempt < 100; attempt++) {
            var candidate = anyFree(host);
            if (available(host, candidate)) {
                return candidate;
            }
        }
        throw new OperatorException(
                "no free TCP port on " + host, "End programs that listen there, or choose another --listen address.");
    }

    /** First the claim: who claims it before us may listen by now. */
    private boolean available(String host, int port) {
        return claims.claim(port) && isFree(host, port);
    }

    /** Whether a program could listen there now. */
    public static boolean isFree(String host, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int anyFree(String host) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot listen on " + host + ": " + e.getMessage(),
                    "Name an address of this machine with --listen ADDRESS.",
                    e);
        }
    }
}
