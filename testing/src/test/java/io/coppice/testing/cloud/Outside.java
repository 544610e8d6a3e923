package io.coppice.testing.cloud;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A machine outside the cloud: a namespace with a cable to this machine and no other way, so that it answers only what this
 * machine sends in its own name. On a network for documentation (RFC 5737), which nothing else uses. Closing it removes it.
 */
final class Outside implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int NETWORK_ADDRESSES = 4;
    private static final int NETWORKS = 64;

    private final String name;
    private final String address;

    private Outside(String name, String address) {
        this.name = name;
        this.address = address;
    }

    static Outside connect() {
        var random = ThreadLocalRandom.current();
        var name = "out-" + HexFormat.of().toHexDigits((short) random.nextInt());
        var first = random.nextInt(NETWORKS) * NETWORK_ADDRESSES;
        var outside = new Outside(name, "203.0.113." + (first + 2));
        ip("netns", "add", name);
        ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
        ip("addr", "add", "203.0.113." + (first + 1) + "/30", "dev", name);
        ip("link", "set", name, "up");
        ip("-n", name, "addr", "add", outside.address + "/30", "dev", "eth0");
        ip("-n", name, "link", "set", "eth0", "up");
        return outside;
    }

    /** Where it answers pings. */
    String address() {
        return address;
    }

    @Override
    public void close() {
        ip("netns", "delete", name);
    }

    private static void ip(String... arguments) {
        var line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(arguments));
        Command.run(LIMIT, Map.of(), line).orFail();
    }
}
