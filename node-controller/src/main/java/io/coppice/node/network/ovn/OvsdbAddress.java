package io.coppice.node.network.ovn;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.regex.Pattern;

/**
 * Where a database server of Open vSwitch listens: {@code unix:/PATH} or {@code tcp:ADDRESS:PORT}. Source: ovsdb(7), "Active and
 * passive connections"; there is no TLS here, which a relay on the host speaks better (ovsdb-server(1), "relay").
 */
public record OvsdbAddress(String text, SocketAddress socket) {
    private static final Pattern UNIX = Pattern.compile("unix:(/[\\w./-]{1,100})");
    private static final Pattern TCP = Pattern.compile("tcp:([0-9.]{7,15}|\\[[0-9a-fA-F:]{2,39}\\]):(\\d{1,5})");
    private static final int MAXIMUM_PORT = 65_535;

    /** Reads what the configuration says; throws {@link IllegalArgumentException} that names the key. */
    static OvsdbAddress parse(String key, String text) {
        var unix = UNIX.matcher(text);
        if (unix.matches()) {
            return new OvsdbAddress(text, UnixDomainSocketAddress.of(unix.group(1)));
        }
        var tcp = TCP.matcher(text);
        if (tcp.matches() && Integer.parseInt(tcp.group(2)) <= MAXIMUM_PORT) {
            return new OvsdbAddress(text, new InetSocketAddress(tcp.group(1), Integer.parseInt(tcp.group(2))));
        }
        throw new IllegalArgumentException(
                "%s: \"%s\" is neither unix:/PATH nor tcp:ADDRESS:PORT; where the database asks for TLS, run a relay on this host (ovsdb-server relay:…)"
                        .formatted(key, text));
    }
}
