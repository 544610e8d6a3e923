package io.coppice.node.network.vpc;

import io.coppice.node.network.vpc.VpcOnHost.Host;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The packets of one VPC on this host: makes what is in its namespace, and on its cables, what a view says. When something of it
 * fails, {@link #forget} has the next one begin with a look at what is there. Not thread-safe.
 */
final class VpcPackets {
    private static final Logger LOG = Logger.getLogger(VpcPackets.class);

    private final String vpcId;
    private final Namespace host;
    private final Namespace inside;
    private final VpcState state;
    private final NameDaemon names;
    private final FlowRecorder flows;
    private final Firewall firewall;
    private final Announcer announcer;
    private final SwitchTeacher teacher;
    private final CarriedGateways gateways;
    private final PeerExchange exchange;
    private final HostIpv6 hostIpv6;
    private final Supplier<Integer> mtu;

    // What the kernel has as far as this process knows; null when it must be looked at.
    private @Nullable Plan plan;
    private Map<String, String> kernel = Map.of();

    VpcPackets(String vpcId, Host around, Namespace inside, VpcState state, VpcFiles files, FlowRecorder flows) {
        var commands = around.commands();
        this.vpcId = vpcId;
        this.host = Namespace.host(commands, around.settings().hostNamespace());
        this.inside = inside;
        this.state = state;
        this.flows = flows;
        this.exchange = around.exchange();
        this.hostIpv6 = around.hostIpv6();
        this.mtu = around.mtu();
        this.names = new NameDaemon(inside, files.folder());
        this.firewall =
                new Firewall(inside, new FlowCutter(inside, files.folder().resolve("flows")));
        this.announcer = new Announcer(inside, Cables.publicMac(around.settings(), vpcId));
        this.teacher = new SwitchTeacher(around.settings(), inside);
        this.gateways = new CarriedGateways(commands, around.settings());
    }

    /** Whether what is there is known, so that nobody has to look. */
    boolean isKnown() {
        return plan != null;
    }

    /** What is there must be looked at, and all rules loaded. */
    void forget() {
        plan = null;
        firewall.forget();
    }

    /** Has the next {@link #bringUp} look at what is there; rules are loaded when somebody changed them. */
    void look() throws IOException {
        plan = null;
        if (inside.exists()) {
            firewall.look();
        }
    }

    /** What rules are there now is right. */
    void remember() throws IOException {
        firewall.remember();
    }

    /** What was known of a device with this name is not true of a new one. */
    void forgetDevice(String device) {
        firewall.forgetDevice(device);
        if (plan != null) {
            plan.forgetDevice(device);
        }
    }

    /** Namespaces of gateways that the VPC has here. */
    Set<String> gatewayNamespaces() {
        return new HashSet<>(gateways.namespaces());
    }

    /** Makes everything what the view says; {@code repeat} has the host's own settings made again. */
    void bringUp(VpcView seen, boolean repeat) throws IOException {
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
            view = state.view(inside.name(), mtu.get()).orElse(seen);
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
        teacher.teach(view);
    }

    /** Before any rule or guard speaks of IPv6: bridged packets of it must meet the rules. */
    private void setKernel(VpcView view, boolean again) throws IOException {
        var wanted = RouterKernel.of(view);
        if (again || !wanted.equals(kernel)) {
            inside.sysctl(wanted);
            kernel = wanted;
        }
        if (!Ipv6Outside.addresses(view).isEmpty()) {
            hostIpv6.lead();
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
            exchange.leave(vpcId);
            return;
        }
        exchange.join(vpcId);
        wanted.carryOut(present, repeat, host, inside);
        exchange.plugIn(Peerings.port(view));
    }

    /** Tells the public network once more of all addresses that are here. Thread-safe. */
    void announceAgain() {
        announcer.again();
        gateways.announceAgain();
    }

    /** Takes everything back. */
    void takeDown() throws IOException {
        names.stop();
        announcer.announce(List.of());
        gateways.remove();
        if (inside.exists()) {
            flows.end();
            // The kernel takes a namespace apart in its own time; its tunnels and cables must be free for the next one
            // now.
            new Plan().carryOut(Observation.read(inside).plan(), false, host, inside);
            inside.remove();
            exchange.leave(vpcId);
            LOG.infof("nothing of %s is left on this host", vpcId);
        }
        plan = null;
        firewall.forget();
    }
}
