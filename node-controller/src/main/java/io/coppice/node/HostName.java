package io.coppice.node;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The machine's name for people. */
final class HostName {
    private static final int MAX_CHARACTERS = 63;

    private HostName() {}

    static String current() {
        try {
            var name = InetAddress.getLocalHost().getHostName();
            return name.substring(0, Math.min(name.length(), MAX_CHARACTERS));
        } catch (UnknownHostException e) {
            return "unnamed";
        }
    }
}
