package io.coppice.node.network;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.command.CommandRunner;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * One flat network by a Linux bridge, nftables and dnsmasq. Where this host has no uplink it is the guests' gateway and
 * translates their addresses; with one, its bridge is a part of a larger network whose gateway is elsewhere. Every change
 * is one dnsmasq signal and one nft call, whatever the number of guests.
 */
public final class LinuxNetworkEngine implements NetworkEngine {
    private static final Logger LOG = Logger.getLogger(LinuxNetworkEngine.class);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);

    private final NetworkSettings settings;
    private final Bridge bridge;
    private final PacketRules rules;
    private final DhcpServer dhcp;
    private final ForwardPolicy forwardPolicy;
    private final Wishes wishes;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * Prepares the engine of the mode {@code flat}; {@link #start()} makes the network. Throws
     * {@link IllegalArgumentException} when the configuration cannot work, with the key that is wrong.
     *
     * @param folder keeps what guests should have, and dnsmasq's files
     */
    public static LinuxNetworkEngine flat(NodeConfig.Network config, Path folder) throws IOException {
        return new LinuxNetworkEngine(NetworkSettings.of(config), folder);
    }

    /**
     * As {@link #flat} for the mode {@code static}: guests live in a network of the site's, with its router and without
     * address translation, so that the host must have an uplink.
     */
    public static LinuxNetworkEngine onSite(NodeConfig.Network config, Path folder) throws IOException {
        return new LinuxNetworkEngine(NetworkSettings.onSite(config, "static"), folder);
    }

    private LinuxNetworkEngine(NetworkSettings settings, Path folder) throws IOException {
        this.settings = settings;
        Files.createDirectories(folder);
        var commands = new CommandRunner(COMMAND_LIMIT);
        this.bridge = new Bridge(settings, commands);
        this.rules = new PacketRules(settings, commands);
        this.dhcp = new DhcpServer(settings, commands, folder.toAbsolutePath());
        this.forwardPolicy = new ForwardPolicy(commands);
        this.wishes = Wishes.load(folder.resolve("wishes.json"));
    }

    @Override
    public void start() throws IOException {
        lock.lock();
        try {
            bridge.ensure();
            rules.replaceAll(wishes.all());
            bridge.plugIn(wishes.all());
            dhcp.serve(wishes.all(), bridge.mtu());
            forwardPolicy.obstacle().ifPresent(obstacle -> LOG.warnf("guests may not reach the outside: %s", obstacle));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        var bindings = wished.stream()
                .map(endpoint -> checked(Binding.of(instance, endpoint)))
                .toList();
        lock.lock();
        try {
            if (!wishes.of(instance).equals(bindings)) {
                var displaced = wishes.put(instance, bindings);
                rules.exchange(without(displaced, bindings), without(bindings, displaced), wishes.all());
                dhcp.serve(wishes.all(), bridge.mtu());
            }
            var mtu = bridge.mtu();
            return bindings.stream()
                    .map(binding -> new Endpoint(binding.tap(), settings.bridge(), binding.mac(), mtu))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private Binding checked(Binding binding) {
        if (binding.address().isEmpty() || !settings.range().contains(binding.address())) {
            throw new IllegalArgumentException(
                    "the address \"%s\" is not in this host's network %s: set coppice.node.network.cidr to the zone's"
                            .formatted(binding.address(), settings.range()));
        }
        return binding;
    }

    private static List<Binding> without(List<Binding> bindings, List<Binding> others) {
        var rest = new ArrayList<>(bindings);
        rest.removeAll(others);
        return List.copyOf(rest);
    }

    /** Nothing hangs on the device itself: the guard in the bridge table stands before the device exists. */
    @Override
    public void attached(InstanceId instance) {
        LOG.tracef("the devices of %s exist", instance);
    }

    @Override
    public void release(InstanceId instance) throws IOException {
        lock.lock();
        try {
            var gone = wishes.remove(instance);
            if (!gone.isEmpty()) {
                rules.exchange(gone, List.of(), wishes.all());
                dhcp.serve(wishes.all(), bridge.mtu());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String hostAddress() {
        return settings.hostAddress();
    }

    @Override
    public void repair() throws IOException {
        lock.lock();
        try {
            var bridgeWasLost = !bridge.isRight();
            bridge.ensure();
            bridge.plugIn(wishes.all());
            rules.repair(wishes.all());
            if (bridgeWasLost) {
                // dnsmasq holds on to the device it began with, not to its name.
                dhcp.stop();
            }
            if (!dhcp.isRunning()) {
                LOG.warnf("dnsmasq of %s does not run: starting it", settings.bridge());
                dhcp.serve(wishes.all(), bridge.mtu());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes the whole network of this host back: rules, dnsmasq, bridge. For a host that leaves; guests lose their network. */
    public void removeAll() throws IOException {
        lock.lock();
        try {
            dhcp.stop();
            rules.remove();
            bridge.remove();
        } finally {
            lock.unlock();
        }
    }

    /** Leaves all as it is: guests that go on without this process need their bridge, rules and DHCP server. */
    @Override
    public void close() {
        LOG.debugf("the network of %s goes on without this process", settings.bridge());
    }
}
