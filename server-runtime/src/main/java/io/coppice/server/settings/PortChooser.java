package io.coppice.server.settings;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** Finds TCP ports that a new cloud can listen on. Remembers what it gave, so that two endpoints never get the same. */
public final class PortChooser {
    private final Set<Integer> given = new HashSet<>();

    /** The wanted port when it is free on that host, else any free one. 0 wants none in particular. */
    public int choose(String host, int wanted) {
        if (wanted != 0 && !given.contains(wanted) && isFree(host, wanted)) {
            given.add(wanted);
            return wanted;
        }
        for (int attempt = 0; attempt < 100; attempt++) {
            var candidate = anyFree(host);
            if (given.add(candidate)) {
                return candidate;
            }
        }
        throw new OperatorException(
                "no free TCP port on " + host, "End programs that listen there, or choose another --listen address.");
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
