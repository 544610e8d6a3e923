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
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The network of the mode {@code system}: guests are plugged into the site's own network, whose DHCP server gives them addresses.
 * The host learns what that server has granted, and lets a guest send with that only ({@link LanRules}).
 */
public final class SiteLanEngine implements NetworkEngine {
    private static final Logger LOG = Logger.getLogger(SiteLanEngine.class);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);

    private final NetworkSettings settings;
    private final Bridge bridge;
    private final LanRules rules;
    /** An address is empty until it was learned. */
    private final Wishes wishes;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile List<LearnedAddress> learned = List.of();

    /**
     * Prepares the engine; {@link #start()} makes the network. Throws {@link IllegalArgumentException} when the
     * configuration cannot work, with the key that is wrong.
     *
     * @param folder keeps which guests there are and what was learned of them
     */
    public SiteLanEngine(NodeConfig.Network config, Path folder) throws IOException {
        this.settings = NetworkSettings.onSite(config, "system");
        Files.createDirectories(folder);
        var commands = new CommandRunner(COMMAND_LIMIT);
        this.bridge = new Bridge(settings, commands);
        this.rules = new LanRules(settings, commands);
        this.wishes = Wishes.load(folder.resolve("wishes.json"));
    }

    @Override
    public void start() throws IOException {
        lock.lock();
        try {
            bridge.ensure();
            learn();
            rules.replaceAll(wishes.all(), bridge.mac());
            bridge.plugIn(wishes.all());
            tell();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        lock.lock();
        try {
            var known = wishes.of(instance);
            var bindings = wished.stream()
                    .map(endpoint -> Binding.of(instance, endpoint).withAddress(""))
                    .map(binding -> known.stream()
                            .filter(binding::isOfSameDevice)
                            .findFirst()
                            .orElse(binding))
                    .toList();
            if (!known.equals(bindings)) {
                learn();
                wishes.put(instance, bindings);
                rules.replaceAll(wishes.all(), bridge.mac());
                tell();
            }
            var mtu = bridge.mtu();
            return bindings.stream()
                    .map(binding -> new Endpoint(binding.tap(), settings.bridge(), binding.mac(), mtu))
                    .toList();
        } finally {
            lock.unlock();
        }
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
            learn();
            if (!wishes.remove(instance).isEmpty()) {
                rules.replaceAll(wishes.all(), bridge.mac());
                tell();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<LearnedAddress> learned() {
        return learned;
    }

    /** Who asks is told by the hardware address: the metadata may have been published before the address was known. */
    @Override
    public MetadataEntry metadataEntry() {
        return new MetadataEntry() {
            @Override
            public Optional<Guest> whoIs(String sourceAddress) {
                return macOf(sourceAddress).map(mac -> new Guest("", mac));
            }

            @Override
            public void open(InstanceId instance, Reach reach) {}
        };
    }

    /** Looks once more for an address that is not known: it may have been granted a moment ago. */
    private Optional<String> macOf(String address) {
        var known = knownMacOf(address);
        if (known.isPresent()) {
            return known;
        }
        lock.lock();
        try {
            learn();
            tell();
        } catch (IOException e) {
            LOG.warnf(e, "what guests of %s were granted cannot be read", settings.bridge());
        } finally {
            lock.unlock();
        }
        return knownMacOf(address);
    }

    private Optional<String> knownMacOf(String address) {
        return learned.stream()
                .filter(each -> each.ipv4().equals(address))
                .map(LearnedAddress::mac)
                .findFirst();
    }

    @Override
    public String hostAddress() {
        return settings.hostAddress();
    }

    @Override
    public void repair() throws IOException {
        lock.lock();
        try {
            bridge.ensure();
            bridge.plugIn(wishes.all());
            if (learn()) {
                // The guest's earlier address may be somebody else's now.
                rules.replaceAll(wishes.all(), bridge.mac());
            }
            rules.repair(wishes.all(), bridge.mac());
            tell();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps what the kernel has noted since the last look: rules that are made anew begin with it. Whether a guest has got another address. */
    private boolean learn() throws IOException {
        var granted = rules.granted(wishes.all());
        var moved = false;
        for (var instance : wishes.instances()) {
            var before = wishes.of(instance);
            var now = before.stream()
                    .map(binding -> binding.withAddress(granted.getOrDefault(binding.tap(), binding.address())))
                    .toList();
            if (!now.equals(before)) {
                LOG.infof(
                        "%s was given %s",
                        instance, now.stream().map(Binding::address).toList());
                wishes.put(instance, now);
                moved |= before.stream().anyMatch(binding -> !binding.address().isEmpty());
            }
        }
        return moved;
    }

    private void tell() {
        var all = new ArrayList<LearnedAddress>();
        for (var instance : wishes.instances()) {
            wishes.of(instance).stream()
                    .filter(binding -> !binding.address().isEmpty())
                    .forEach(binding -> all.add(new LearnedAddress(instance, binding.mac(), binding.address())));
        }
        learned = List.copyOf(all);
    }

    /** Takes the whole network of this host back: rules and bridge. For a host that leaves; guests lose their network. */
    public void removeAll() throws IOException {
        lock.lock();
        try {
            rules.remove();
            bridge.remove();
        } finally {
            lock.unlock();
        }
    }

    /** Leaves all as it is: guests that go on without this process need their bridge and rules. */
    @Override
    public void close() {
        LOG.debugf("the network of %s goes on without this process", settings.bridge());
    }
}
