package io.coppice.node.network.ovn;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.node.network.OpenFlow;
import io.coppice.node.network.ovn.LocalSwitch.Chassis;
import io.coppice.node.network.vpc.HostVpc;
import io.coppice.node.network.vpc.LocalInterface;
import io.coppice.node.network.vpc.Namespace;
import io.coppice.node.network.vpc.ServiceSpace;
import io.coppice.node.network.vpc.VpcSettings;
import io.coppice.node.network.vpc.VpcState;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One VPC as this host has a part in it. Every change is written down first, then into the northbound database; it counts as followed
 * when OVN's controller on this host has carried it out. Thread-safe; VPCs do not wait for each other.
 */
final class OvnVpc implements HostVpc {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final String vpcId;
    private final Host around;
    private final VpcState state;
    private final ServiceSpace services;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    /** Whether nothing of this host's is in the database, as far as is known. */
    private boolean isClean;

    private boolean isFollowed;

    private volatile Followed followed;

    /** What the VPCs of a host have in common. */
    record Host(
            VpcSettings settings,
            Namespace host,
            Northbound northbound,
            LocalSwitch localSwitch,
            Chassis chassis,
            Optional<Outside> outside,
            int mtu) {}

    OvnVpc(String vpcId, Host around, VpcState state, ServiceSpace services) {
        this.vpcId = vpcId;
        this.around = around;
        this.state = state;
        this.services = services;
        this.followed = new Followed(state.generation(), state.sequence(), "");
    }

    @Override
    public void apply(Vpc vpc) throws IOException {
        lock.lock();
        try {
            if (state.accept(vpc)) {
                follow(Set.of());
            }
        } finally {
            lock.unlock();
        }
    }

    /** OVN itself knows where interfaces are from the hosts that carry them; routes to interfaces need it here. */
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
                follow(Set.of());
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
            if (!endpoints.isEmpty() && !state.isKnown()) {
                throw new IOException("this host was not told of " + vpcId + " yet");
            }
            var before = state.locals(instance);
            var news = state.put(instance, endpoints);
            news |= state.change(instance, local -> local.withArriving(arriving));
            var kept = devices(state.locals(instance));
            around.localSwitch()
                    .unplug(
                            around.chassis().bridge(),
                            devices(before).stream()
                                    .filter(device -> !kept.contains(device))
                                    .toList());
            if (news || !isFollowed) {
                follow(arriving ? Set.of() : claims(instance));
            }
            return state.locals(instance).stream()
                    .map(local -> new Endpoint(local.tap(), "", local.endpoint().getMac(), around.mtu()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static List<String> devices(List<LocalInterface> locals) {
        return locals.stream().map(LocalInterface::tap).toList();
    }

    /** Keys of what is the instance's own: its interfaces and its public addresses. */
    private Set<String> claims(InstanceId instance) {
        return state.locals(instance).stream()
                .flatMap(local -> Stream.concat(
                        Stream.of(local.endpoint().getNetworkInterfaceId()),
                        local.endpoint().getPublicAddressesList().stream().map(PublicAddress::getPublicIpv4)))
                .collect(Collectors.toSet());
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

    /** What it had open needs nothing here: OVN's port carries its rules along. */
    @Override
    public void arrived(InstanceId instance, List<OpenFlow> flows) throws IOException {
        lock.lock();
        try {
            if (state.change(instance, local -> local.withArriving(false)) || !isFollowed) {
                follow(claims(instance));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void attached(InstanceId instance) throws IOException {
        lock.lock();
        try {
            var locals = state.locals(instance);
            if (locals.isEmpty()) {
                return;
            }
            for (var local : locals) {
                bringUp(local.tap());
            }
            state.change(instance, local -> local.withPlugged(true));
            follow(Set.of());
            around.localSwitch()
                    .awaitInstalled(
                            devices(locals.stream()
                                    .filter(local -> !local.arriving())
                                    .toList()),
                            LIMIT);
        } finally {
            lock.unlock();
        }
    }

    /** The host itself has no part in what is said there, and no address of IPv6 that it would make itself. */
    private void bringUp(String device) throws IOException {
        around.host().ipAsFarAsPossible("link set dev %s addrgenmode none\n".formatted(device));
        around.host().ip("link set dev %s mtu %d up\n".formatted(device, around.mtu()));
    }

    @Override
    public void open(InstanceId instance, Reach reach) throws IOException {
        lock.lock();
        try {
            if (state.change(instance, local -> local.withReach(reach))
                    && !state.locals(instance).isEmpty()) {
                services.bringUp(state, around.mtu());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void repair(Set<String> hostDevices) throws IOException {
        lock.lock();
        try {
            for (var local : state.locals()) {
                if (local.plugged() && hostDevices.contains(local.tap())) {
                    bringUp(local.tap());
                }
            }
            isClean = false;
            services.look();
            follow(Set.of());
        } finally {
            lock.unlock();
        }
    }

    private void follow(Set<String> claimed) throws IOException {
        isFollowed = false;
        var failure = "The host could not carry out the network's last change.";
        try {
            var locals = state.isKnown() ? state.locals() : List.<LocalInterface>of();
            var wanted = wanted(locals, claimed);
            if (!wanted.own().isEmpty() || !isClean) {
                var change = around.northbound().follow(wanted);
                isClean = wanted.own().isEmpty();
                serve(locals);
                plug(locals);
                if (locals.stream().anyMatch(LocalInterface::plugged)) {
                    around.localSwitch().await(around.chassis().bridge(), change, LIMIT);
                }
            }
            failure =
                    state.known().map(vpc -> Unserved.of(vpc, around.outside())).orElse("");
            isFollowed = true;
        } finally {
            followed = new Followed(state.generation(), state.sequence(), failure);
        }
    }

    private Northbound.Wanted wanted(List<LocalInterface> locals, Set<String> claimed) {
        var chassis = around.chassis().chassis();
        var known = state.known().filter(vpc -> !vpc.getDeleted());
        if (known.isEmpty()) {
            return nothing();
        }
        var vpc = known.get();
        var own = new ArrayList<>(new PortRows(vpc, chassis).of(locals));
        var shared = new ArrayList<>(TopologyRows.of(vpc, around.mtu()));
        shared.addAll(RuleRows.of(vpc));
        shared.addAll(ServiceRows.of(vpc));
        shared.addAll(RouteRows.of(vpc, state.locations(), around.outside()));
        around.outside().ifPresent(outside -> {
            var rows = new OutsideRows(vpc);
            shared.addAll(rows.shared(outside));
            own.addAll(rows.own(around.settings().nodeId(), chassis, locals));
        });
        return new Northbound.Wanted(vpcId, vpc.getGeneration(), chassis, shared, own, claimed);
    }

    private Northbound.Wanted nothing() {
        return new Northbound.Wanted(vpcId, 0, around.chassis().chassis(), List.of(), List.of(), Set.of());
    }

    private void serve(List<LocalInterface> locals) throws IOException {
        if (locals.isEmpty()) {
            around.localSwitch().unplug(around.chassis().bridge(), List.of(services.device()));
            services.takeDown();
        } else {
            services.bringUp(state, around.mtu());
        }
    }

    private void plug(List<LocalInterface> locals) throws IOException {
        var ports = new TreeMap<String, String>();
        locals.stream()
                .filter(LocalInterface::plugged)
                .forEach(local -> ports.put(local.tap(), local.endpoint().getNetworkInterfaceId()));
        if (!locals.isEmpty()) {
            ports.put(services.device(), ServiceRows.port(vpcId));
        }
        around.localSwitch().plug(around.chassis().bridge(), ports);
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

    /** This host's devices in the VPC. */
    List<String> devices() {
        lock.lock();
        try {
            var all = new ArrayList<>(devices(state.locals()));
            all.add(services.device());
            return all;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void remove() throws IOException {
        lock.lock();
        try {
            around.localSwitch().unplug(around.chassis().bridge(), devices());
            services.takeDown();
            around.northbound().follow(nothing());
            state.forget();
        } finally {
            lock.unlock();
        }
    }
}
