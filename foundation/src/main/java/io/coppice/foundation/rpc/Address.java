package io.coppice.foundation.rpc;

/**
 * A host and a TCP port.
 *
 * @param host a name or an IPv4 address
 * @param port 0 (any free port, when listening) to 65,535
 */
public record Address(String host, int port) {
    private static final int MAX_PORT = 65_535;

    public Address {
        if (host.isBlank() || port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("not a host:port address: " + host + ":" + port);
        }
    }

    /** Reads {@code host:port}; throws {@link IllegalArgumentException} with the text when it is not one. */
    public static Address parse(String text) {
        var colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("not a host:port address: " + text);
        }
        try {
            return new Address(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a host:port address: " + text, e);
        }
    }

    /** Whether no other machine can reach it. No name is looked up. */
    public boolean loopback() {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
