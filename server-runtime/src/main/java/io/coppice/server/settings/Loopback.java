package io.coppice.server.settings;

import io.coppice.foundation.rpc.Address;

/** Which addresses no other machine can reach. */
public final class Loopback {
    /** The address that Coppice listens on when nothing else is said. */
    public static final String ADDRESS = "127.0.0.1";

    private Loopback() {}

    /** Whether a host as written in a setting stays on this machine. No name is looked up. */
    public static boolean is(String host) {
        return new Address(host, 0).loopback();
    }
}
