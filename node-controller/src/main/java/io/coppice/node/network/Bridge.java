package io.coppice.node.network;

import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/** The bridge that guests are plugged into, with the host's address on it. Source: ip-link(8), ip-address(8). */
final class Bridge {
    private static final Logger LOG = Logger.getLogger(Bridge.class);
    private static final Path DEVICES = Path.of("/sys/class/net");
    private static final Path SYSCTL = Path.of("/proc/sys/net");
    private static final int DEFAULT_MTU = 1500;
    private static final int IFF_UP = 1;

    private final NetworkSettings settings;
    private final CommandRunner commands;

    Bridge(NetworkSettings settings, CommandRunner commands) {
        this.settings = settings;
        this.commands = commands;
    }

    /** Whether the device is there, up, and has the host's address. Runs no program. */
    boolean isRight() throws IOException {
        var device = NetworkInterface.getByName(settings.bridge());
        return device != null
                && isUp()
                && device.inetAddresses()
                        .anyMatch(address -> address instanceof Inet4Address
                                && address.getHostAddress().equals(settings.hostAddress()))
                && settings.uplink().map(uplink -> isPluggedIn(uplink)).orElse(true);
    }

    /**
     * Whether the device was set up (IFF_UP of netdevice(7)). Java's {@link NetworkInterface#isUp} asks for a carrier too,
     * which a bridge without guests never has.
     */
    private boolean isUp() throws IOException {
        var file = DEVICES.resolve(settings.bridge()).resolve("flags");
        return Files.exists(file) && (Integer.decode(Files.readString(file).strip()) & IFF_UP) != 0;
    }

    /** Makes what is missing. */
    void ensure() throws IOException {
        if (!isRight()) {
            make();
        }
        write(SYSCTL.resolve("ipv6/conf").resolve(settings.bridge()).resolve("disable_ipv6"), "1");
        if (settings.uplink().isEmpty()) {
            write(SYSCTL.resolve("ipv4/ip_forward"), "1");
        }
    }

    private void make() throws IOException {
        var batch = new StringBuilder();
        if (!exists(settings.bridge())) {
            // An address of its own: otherwise the bridge takes a guest's, and changes it as guests come and go.
            batch.append("link add name %s address %s type bridge\n".formatted(settings.bridge(), macAddress()));
        }
        batch.append("addr replace %s/%d dev %s\n"
                .formatted(settings.hostAddress(), settings.range().prefixLength(), settings.bridge()));
        batch.append("link set dev %s up\n".formatted(settings.bridge()));
        var uplink = settings.uplink().filter(device -> !isPluggedIn(device));
        if (uplink.isPresent()) {
            batch.append(plugging(uplink.get()));
        }
        commands.runWithInput(batch.toString(), "ip", "-batch", "-");
        LOG.infof("bridge %s is up with %s", settings.bridge(), settings.hostAddress());
    }

    /** The uplink's address moves to the bridge, and with it the host's default route where that led over the uplink. */
    private String plugging(String uplink) throws IOException {
        var plugging = "addr flush dev %1$s\nlink set dev %1$s master %2$s\nlink set dev %1$s up\n"
                .formatted(uplink, settings.bridge());
        var elsewhere = settings.ofSite()
                && commands.run("ip", "route", "show", "default")
                        .lines()
                        .anyMatch(route -> !route.contains(" dev " + uplink + " "));
        return elsewhere
                ? plugging
                : plugging + "route replace default via %s dev %s\n".formatted(settings.gateway(), settings.bridge());
    }

    /** Plugs in those devices that exist and are not plugged in, for example after the bridge was made anew. */
    void plugIn(List<Binding> bindings) throws IOException {
        var batch = new StringBuilder();
        for (var binding : bindings) {
            if (exists(binding.tap()) && !isPluggedIn(binding.tap())) {
                batch.append("link set dev %s master %s\nlink set dev %s up\n"
                        .formatted(binding.tap(), settings.bridge(), binding.tap()));
            }
        }
        if (!batch.isEmpty()) {
            commands.runWithInput(batch.toString(), "ip", "-force", "-batch", "-");
        }
    }

    /** Removes the bridge; the uplink is only unplugged. Does nothing when it is not there. */
    void remove() throws IOException {
        if (exists(settings.bridge())) {
            commands.run("ip", "link", "delete", "dev", settings.bridge(), "type", "bridge");
        }
    }

    /** The device's hardware address. It must be there. */
    String mac() throws IOException {
        return Files.readString(DEVICES.resolve(settings.bridge()).resolve("address"))
                .strip();
    }

    /** Bytes that fit in a frame on the network. */
    int mtu() throws IOException {
        var file = DEVICES.resolve(settings.uplink().orElse(settings.bridge())).resolve("mtu");
        return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : DEFAULT_MTU;
    }

    private boolean isPluggedIn(String device) {
        return Files.exists(DEVICES.resolve(settings.bridge()).resolve("brif").resolve(device));
    }

    private static boolean exists(String device) {
        return Files.exists(DEVICES.resolve(device));
    }

    /** Locally administered, the same for the same host and network. */
    private String macAddress() {
        var hash = UUID.nameUUIDFromBytes(
                        (settings.bridge() + "/" + settings.hostAddress()).getBytes(StandardCharsets.UTF_8))
                .toString();
        return "02:%s:%s:%s:%s:%s"
                .formatted(
                        hash.substring(0, 2),
                        hash.substring(2, 4),
                        hash.substring(4, 6),
                        hash.substring(6, 8),
                        hash.substring(9, 11));
    }

    private static void write(Path file, String value) throws IOException {
        if (Files.exists(file) && !Files.readString(file).strip().equals(value)) {
            Files.writeString(file, value);
        }
    }
}
