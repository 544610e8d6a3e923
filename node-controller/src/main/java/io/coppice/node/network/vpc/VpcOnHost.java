package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.command.CommandException;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.node.network.NetworkEngine.Traffic;
import io.coppice.node.network.OpenFlow;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One VPC on this host. Every change is written down first, then the whole is rendered and the difference carried out; when that
 * fails, the next change or repair begins with a look at what is there. Thread-safe; VPCs do not wait for each other.
 */
final class VpcOnHost implements HostVpc {
    private final String vpcId;
    private final VpcSettings settings;
    private final Namespace host;
    private final Namespace inside;
    private final VpcState state;
    private final TrafficCounters traffic;
    private final FlowRecorder flows;
    private final OpenFlows openFlows;
    private final VpcPackets packets;
    private final Supplier<Integer> mtu;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private String failure = "";

    private volatile Followed followed;
    private volatile boolean isOutside;

    /**
     * What the VPCs of a host have in common.
     *
     * @param mtu bytes of a guest's packet that reach other hosts in one piece
     */
    record Host(
            VpcSettings settings,
            CommandRunner commands,
            PeerExchange exchange,
            HostIpv6 hostIpv6,
            Supplier<Integer> mtu) {}

    VpcOnHost(String vpcId, Host around, VpcState state, VpcFiles files) {
        this.vpcId = vpcId;
        this.settings = around.settings();
        var commands = around.commands();
        this.mtu = around.mtu();
        this.state = state;
        this.host = Namespace.host(commands, settings.hostNamespace());
        this.inside = Namespace.named(commands, nameOf(settings, vpcId));
        this.traffic = new TrafficCounters(files.folder().resolve("traffic"));
        traffic.load();
        this.flows = new FlowRecorder(vpcId, inside, InstantSource.system());
        this.openFlows = new OpenFlows(inside, files.folder().resolve("open-flows"));
        this.packets = new VpcPackets(vpcId, around, inside, state, files, flows);
        this.followed = new Followed(state.generation(), state.sequence(), failure);
    }

    static String nameOf(VpcSettings settings, String vpcId) {
        return "%s-%s".formatted(settings.bridge(), vpcId);
    }

    @Override
    public void apply(Vpc vpc) throws IOException {
        lock.lock();
        try {
            if (state.accept(vpc)) {
                follow(false);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean apply(List<EndpointUpdate> updates) throws IOException {
        lock.lock();
        try {
            var receptions = EnumSet.noneOf(VpcState.Reception.class);
            for (var update : updates) {
                receptions.add(state.accept(update));
            }
            if (receptions.contains(VpcState.Reception.NEWS)) {
                state.keepInterfaces();
                follow(false);
            }
            return !receptions.contains(VpcState.Reception.GAP);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> endpoints, boolean arriving)
            throws IOException {
        lock.lock();
        try {
            var bytes = mtu.get();
            if (!endpoints.isEmpty() && !state.isKnown()) {
                throw new IOException("this host was not told of " + vpcId + " yet");
            }
            var news = state.put(instance, endpoints);
            news |= state.change(instance, local -> local.withArriving(arriving));
            if (news || !packets.isKnown()) {
                follow(false);
            }
            return state.locals(instance).stream()
                    .map(local -> new Endpoint(local.tap(), "", local.endpoint().getMac(), bytes))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean carries(InstanceId instance) {
        lock.lock();
        try {
            return !state.locals(instance).isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** What the kernel remembers here of the instance's connections, for {@link #arrived} on another host. */
    List<OpenFlow> openFlows(InstanceId instance) throws IOException {
        lock.lock();
        try {
            var view = state.view(inside.name(), mtu.get());
            return view.isPresent() && inside.exists() ? openFlows.of(view.get(), state.locals(instance)) : List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Connections are known before the first packet comes. */
    @Override
    public void arrived(InstanceId instance, List<OpenFlow> flowsBefore) throws IOException {
        lock.lock();
        try {
            if (inside.exists()) {
                openFlows.remember(flowsBefore, state.locals(instance));
            }
            if (state.change(instance, local -> local.withArriving(false))) {
                follow(false);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Brings the devices into the namespace and plugs them in. */
    @Override
    public void attached(InstanceId instance) throws IOException {
        lock.lock();
        try {
            var news = false;
            for (var local : state.locals(instance)) {
                news |= fetch(local) || !local.plugged();
            }
            if (state.change(instance, local -> local.withPlugged(true)) || news) {
                follow(false);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the device came from the host just now; throws when it is nowhere. */
    private boolean fetch(LocalInterface local) throws IOException {
        try {
            host.ip("link set dev %s netns %s\n".formatted(local.tap(), inside.name()));
            packets.forgetDevice(local.tap());
            return true;
        } catch (CommandException e) {
            if (inside.execute("ip", "link", "show", "dev", local.tap()).succeeded()) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void open(InstanceId instance, Reach reach) throws IOException {
        lock.lock();
        try {
            if (state.change(instance, local -> local.withReach(reach))) {
                follow(false);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void repair(Set<String> hostDevices) throws IOException {
        lock.lock();
        try {
            packets.look();
            if (inside.exists()) {
                for (var local : state.locals()) {
                    // libvirt has not done with the device of a guest that is on its way: it is fetched when it has.
                    if (!local.arriving() && hostDevices.contains(local.tap())) {
                        fetch(local);
                    }
                }
            }
            follow(true);
            if (inside.exists()) {
                packets.remember();
                traffic.look(inside, state.locals());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isOver() {
        lock.lock();
        try {
            return state.isOver();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Followed followed() {
        return followed;
    }

    /** Whether it has public addresses on this host. Never waits. */
    boolean isOutside() {
        return isOutside;
    }

    /** Tells the public network once more of all addresses that the VPC has here. Does not wait for changes that are under way. */
    void announceAgain() {
        packets.announceAgain();
    }

    /** What interfaces have carried as far as was looked. */
    Map<String, Traffic> traffic() {
        lock.lock();
        try {
            return traffic.totals();
        } finally {
            lock.unlock();
        }
    }

    /** What was counted of recorded flows, when that has lasted so long. */
    List<FlowReport> recordedFlows(Duration period) throws IOException {
        lock.lock();
        try {
            var view = flows.counts() && inside.exists()
                    ? state.view(inside.name(), mtu.get())
                    : Optional.<VpcView>empty();
            return view.isPresent() ? flows.turn(view.get(), period) : flows.last();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void remove() throws IOException {
        lock.lock();
        try {
            packets.takeDown();
            state.forget();
        } finally {
            lock.unlock();
        }
    }

    private void follow(boolean repeat) throws IOException {
        failure = "The host could not carry out the network's last change.";
        try {
            var view = state.view(inside.name(), mtu.get()).filter(VpcView::isNeeded);
            isOutside = view.filter(VpcView::isOutside).isPresent();
            if (view.isPresent()) {
                packets.bringUp(view.get(), repeat);
            } else {
                packets.takeDown();
            }
            failure = "";
        } finally {
            if (!failure.isEmpty()) {
                packets.forget();
            }
            followed = new Followed(state.generation(), state.sequence(), failure);
        }
    }

    /** The namespaces that this VPC has a right to, for whoever looks for others. */
    Set<String> namespaces() {
        lock.lock();
        try {
            var all = packets.gatewayNamespaces();
            all.add(inside.name());
            return Set.copyOf(all);
        } finally {
            lock.unlock();
        }
    }
}
