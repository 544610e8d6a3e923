package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.command.CommandException;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.node.network.NetworkEngine.Traffic;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One VPC on this host. Every change is written down first, then the whole is rendered and the difference carried out; when that
 * fails, the next change or repair begins with a look at what is there. Thread-safe; VPCs do not wait for each other.
 */
final class VpcOnHost {
    private static final Logger LOG = Logger.getLogger(VpcOnHost.class);

    private final String vpcId;
    private final VpcSettings settings;
    private final Namespace host;
    private final Namespace inside;
    private final VpcState state;
    private final NameDaemon names;
    private final TrafficCounters traffic;
    private final FlowRecorder flows;
    private final Firewall firewall;
    private final Announcer announcer;
    private final CarriedGateways gateways;
    private final Host around;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock: what the kernel has as far as this process knows; null when it must be looked at.
    private @Nullable Plan plan;
    private Map<String, String> kernel = Map.of();
    private String failure = "";

    private volatile Followed followed;

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
        this.around = around;
        this.state = state;
        this.host = Namespace.host(commands, settings.hostNamespace());
        this.inside = Namespace.named(commands, nameOf(settings, vpcId));
        this.names = new NameDaemon(inside, files.folder());
        this.firewall =
                new Firewall(inside, new FlowCutter(inside, files.folder().resolve("flows")));
        this.announcer = new Announcer(inside, Cables.publicMac(settings, vpcId));
        this.gateways = new CarriedGateways(commands, settings);
        this.traffic = new TrafficCounters(files.folder().resolve("traffic"));
        traffic.load();
        this.flows = new FlowRecorder(vpcId, inside, InstantSource.system());
        this.followed = new Followed(state.generation(), state.sequence(), failure);
    }

    static String nameOf(VpcSettings settings, String vpcId) {
        return "%s-%s".formatted(settings.bridge(), vpcId);
    }

    /** The VPC as it should be from now on; older than what is known is ignored. */
    void apply(Vpc vpc) throws IOException {
        lock.lock();
        try {
            if (state.accept(vpc)) {
                follow(false);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Where interfaces are from now on, by these updates in their order; false when one before them or among them was lost. */
    boolean apply(List<EndpointUpdate> updates) throws IOException {
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

    /** Makes the instance's interfaces in this VPC these; what the hypervisor must know of them. */
    List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> endpoints) throws IOException {
        lock.lock();
        try {
            var bytes = around.mtu().get();
            if (!endpoints.isEmpty() && !state.isKnown()) {
                throw new IOException("this host was not told of " + vpcId + " yet");
            }
            if (state.put(instance, endpoints) || plan == null) {
                follow(false);
            }
            return state.locals(instance).stream()
                    .map(local -> new Endpoint(local.tap(), "", local.endpoint().getMac(), bytes))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the instance has interfaces in this VPC on this host. */
    boolean carries(InstanceId instance) {
        lock.lock();
        try {
            return !state.locals(instance).isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Brings the instance's devices into the namespace and plugs them in, guarded from the first frame on. */
    void attached(InstanceId instance) throws IOException {
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
            forgetDevice(local);
            return true;
        } catch (CommandException e) {
            if (inside.execute("ip", "link", "show", "dev", local.tap()).succeeded()) {
                return false;
            }
            throw e;
        }
    }

    /** What was known of a device with this name is not true of a new one. */
    private void forgetDevice(LocalInterface local) {
        firewall.forgetDevice(local.tap());
        if (plan != null) {
            plan.forgetDevice(local.tap());
        }
    }

    /** Tells how the instance reaches the metadata service. */
    void open(InstanceId instance, Reach reach) throws IOException {
        lock.lock();
        try {
            if (state.change(instance, local -> local.withReach(reach))) {
                follow(false);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks at what is there and puts right what differs.
     *
     * @param hostDevices devices of the host's namespace, among which guests' devices may wait
     */
    void repair(Set<String> hostDevices) throws IOException {
        lock.lock();
        try {
            plan = null;
            if (inside.exists()) {
                firewall.look();
                for (var local : state.locals()) {
                    if (hostDevices.contains(local.tap())) {
                        fetch(local);
                    }
                }
            }
            follow(true);
            if (inside.exists()) {
                firewall.remember();
                traffic.look(inside, state.locals());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing of the VPC is left here or known. */
    boolean isOver() {
        lock.lock();
        try {
            return state.isOver();
        } finally {
            lock.unlock();
        }
    }

    /** What the packets of this VPC follow now. Never waits. */
    Followed followed() {
        return followed;
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
                    ? state.view(inside.name(), around.mtu().get())
                    : Optional.<VpcView>empty();
            return view.isPresent() ? flows.turn(view.get(), period) : flows.last();
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything back and forgets it. */
    void remove() throws IOException {
        lock.lock();
        try {
            takeDown();
            state.forget();
        } finally {
            lock.unlock();
        }
    }

    private void follow(boolean repeat) throws IOException {
        failure = "The host could not carry out the network's last change.";
        try {
            var view = state.view(inside.name(), around.mtu().get()).filter(VpcView::isNeeded);
            if (view.isPresent()) {
                bringUp(view.get(), repeat);
            } else {
                takeDown();
            }
            failure = "";
        } finally {
            if (!failure.isEmpty()) {
                plan = null;
                firewall.forget();
            }
            followed = new Followed(state.generation(), state.sequence(), failure);
        }
    }

    private void bringUp(VpcView seen, boolean repeat) throws IOException {
        var view = seen;
        if (inside.ensure()) {
            firewall.forget();
            plan = null;
        }
        setKernel(view, plan == null);
        if (plan == null) {
            gateways.forget();
            flows.forget();
            var observation = Observation.read(inside);
            plan = observation.plan();
            names.forget();
            state.plugged(observation.devices());
            view = state.view(inside.name(), around.mtu().get()).orElse(seen);
        }
        if (view.locals().isEmpty()) {
            followPackets(view, plan, repeat);
            names.stop();
        } else {
            followWithNames(view, plan, repeat);
        }
        flows.cover(view);
        gateways.complete(view);
        announcer.announce(Cables.announced(view));
    }

    /** Before any rule or guard speaks of IPv6: bridged packets of it must meet the rules. */
    private void setKernel(VpcView view, boolean again) throws IOException {
        var wanted = RouterKernel.of(view);
        if (again || !wanted.equals(kernel)) {
            inside.sysctl(wanted);
            kernel = wanted;
        }
        if (!Ipv6Outside.addresses(view).isEmpty()) {
            around.hostIpv6().lead();
        }
    }

    private void followWithNames(VpcView view, Plan present, boolean repeat) throws IOException {
        try (var written = Beside.begin(() -> names.write(view))) {
            followPackets(view, present, repeat);
            written.result();
            names.serve();
        }
    }

    /** Rules first, so that nothing is plugged in that is not judged; who may be met where opens no way, and may come meanwhile. */
    private void followPackets(VpcView view, Plan present, boolean repeat) throws IOException {
        var wanted = Plan.of(view);
        if (!repeat && wanted.onlyNamesMoreThan(present)) {
            try (var named = Beside.begin(() -> carryOut(view, wanted, present, false))) {
                firewall.load(view);
                named.result();
            }
        } else {
            firewall.load(view);
            gateways.prepare(view);
            carryOut(view, wanted, present, repeat);
        }
        plan = wanted;
    }

    private void carryOut(VpcView view, Plan wanted, Plan present, boolean repeat) throws IOException {
        if (view.peerings().isEmpty()) {
            wanted.carryOut(present, repeat, host, inside);
            around.exchange().leave(vpcId);
            return;
        }
        around.exchange().join(vpcId);
        wanted.carryOut(present, repeat, host, inside);
        around.exchange().plugIn(Peerings.port(view));
    }

    private void takeDown() throws IOException {
        names.stop();
        announcer.announce(List.of());
        gateways.remove();
        if (inside.exists()) {
            flows.end();
            // The kernel takes a namespace apart in its own time; its tunnels and cables must be free for the next one
            // now.
            new Plan().carryOut(Observation.read(inside).plan(), false, host, inside);
            inside.remove();
            around.exchange().leave(vpcId);
            LOG.infof("nothing of %s is left on this host", vpcId);
        }
        plan = null;
        firewall.forget();
    }

    /** The namespaces that this VPC has a right to, for whoever looks for others. */
    Set<String> namespaces() {
        lock.lock();
        try {
            var all = new HashSet<>(gateways.namespaces());
            all.add(inside.name());
            return Set.copyOf(all);
        } finally {
            lock.unlock();
        }
    }
}
