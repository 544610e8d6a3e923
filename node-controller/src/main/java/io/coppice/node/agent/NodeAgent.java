package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NodeId;
import io.coppice.node.agent.VmContext.Workers;
import io.coppice.node.hypervisor.DomainEvent;
import io.coppice.node.hypervisor.DomainState;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import io.coppice.node.hypervisor.HypervisorInfo;
import io.coppice.node.network.LearnedAddress;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.ConsoleRequest;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.NodeMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One host: an actor for each of its instances, and what it tells the Cluster Controller. It never ends a guest because
 * it does not know it. Without a session it goes on with what it was told last. Thread-safe.
 */
public final class NodeAgent implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(NodeAgent.class);

    private final Host host;
    private final HostDrivers drivers;
    private final AgentSettings settings;
    private final Shared shared;
    private final InstanceMemory memory;
    private final VmContext context;
    private final Journal journal;
    private final NetworkFollower network;
    private final FlowTeller flows;
    private final FrozenGuests frozen;
    private final Prefetches prefetches;
    private final Map<InstanceId, VmActor> actors = new ConcurrentHashMap<>();

    /** What was learned when it was last told; used by the look only. */
    private List<LearnedAddress> toldLearned = List.of();

    private volatile @Nullable HypervisorInfo info;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable Subscription agentNews;
    private volatile @Nullable ScheduledFuture<?> looking;

    /**
     * Who the host is.
     *
     * @param name for people, at most 63 characters
     * @param folder where it keeps its own files
     */
    public record Host(NodeId id, String name, Path folder, String version) {}

    /**
     * What all agents of a process share; none of it is closed by an agent.
     *
     * @param executor runs what may block, a virtual thread per task
     * @param timer wakes agents; its tasks never block
     */
    public record Shared(Executor executor, ScheduledExecutorService timer, Clock clock) {}

    /** Prepares the agent of a host; {@link #start} brings it to life. It closes {@code drivers} with itself. */
    public NodeAgent(Host host, HostDrivers drivers, AgentSettings settings, Shared shared) throws IOException {
        this.host = host;
        this.drivers = drivers;
        this.settings = settings;
        this.shared = shared;
        this.memory = drivers.memory();
        this.journal = new Journal(host.id(), NodeFiles.nextEpoch(host.folder()), shared.clock());
        this.network = new NetworkFollower(drivers.network(), shared.executor(), journal::tell);
        this.flows = new FlowTeller(drivers.network(), settings.flowPeriod(), journal::tell);
        this.prefetches = new Prefetches(drivers.images(), shared.executor(), Prefetches.Pace.USUAL);
        var workers =
                new Workers(shared.executor(), shared.timer(), new Semaphore(settings.concurrentLaunches(), true));
        this.frozen = FrozenGuests.of(drivers.hypervisor(), memory, workers, settings.freezes());
        this.context = new VmContext(drivers, settings, workers, new AgentReporter(), frozen, HostBoot.current());
    }

    /**
     * Takes stock of what is on the host and begins to make it what it should be. Throws when the hypervisor or the
     * network cannot be used.
     */
    public void start() throws IOException {
        info = drivers.hypervisor().info();
        drivers.network().start();
        subscription = drivers.hypervisor().subscribe(this::changed);
        agentNews = drivers.hypervisor().agents().onChange(this::wake);
        for (var instance : known()) {
            frozen.thawIfLeft(instance);
            var wish = memory.desired(instance).orElse(null);
            var actor = new VmActor(instance, context, wish);
            if (wish != null) {
                journal.machine(wish);
            }
            journal.report(actor.firstSight());
            actors.put(instance, actor);
        }
        actors.values().forEach(VmActor::wake);
        var millis = settings.lookEvery().toMillis();
        looking = shared.timer()
                .scheduleWithFixedDelay(
                        () -> shared.executor().execute(this::look), millis, millis, TimeUnit.MILLISECONDS);
        LOG.infof("host %s (%s) is up with %d instances", host.id(), host.name(), actors.size());
    }

    /** Who this host is. */
    public NodeId id() {
        return host.id();
    }

    /** How many instances the host has, in whatever state. */
    public int instances() {
        return actors.size();
    }

    /** Leaves every guest as it is and ends. */
    @Override
    public void close() {
        var look = looking;
        if (look != null) {
            look.cancel(false);
        }
        var events = subscription;
        if (events != null) {
            events.close();
        }
        var news = agentNews;
        if (news != null) {
            news.close();
        }
        actors.values().forEach(VmActor::close);
        frozen.close();
        prefetches.close();
        drivers.images().close();
        drivers.metadata().close();
        drivers.network().close();
        drivers.hypervisor().close();
    }

    Hello hello() {
        var known = Objects.requireNonNull(info, "the agent was not started");
        return Reports.hello(host, known, drivers, journal.epoch(), journal.promisedDiskMib());
    }

    NodeMessage heartbeat() {
        return NodeMessage.newBuilder()
                .setNodeId(host.id().value())
                .setHeartbeat(Reports.heartbeat(
                        Objects.requireNonNull(info, "the agent was not started"),
                        drivers,
                        shared.clock(),
                        journal,
                        prefetches.reports()))
                .build();
    }

    /**
     * The session is up: begins with an inventory, then every report.
     *
     * @param imageTicketKey with which the Cluster Controller makes tickets for images; empty when it makes none
     */
    void connected(Uplink uplink, byte[] imageTicketKey) {
        drivers.images().admitBy(imageTicketKey);
        journal.connect(uplink);
        network.connected();
    }

    /** The session is gone; reports are only remembered until the next one. */
    void disconnected() {
        journal.disconnect();
    }

    /** Takes what the Cluster Controller sent. Never blocks for long. */
    void receive(ClusterMessage message) {
        switch (message.getBodyCase()) {
            case DESIRED -> network.thenOrNow(message.getDesired(), this::wish);
            case INVENTORY_REQUEST -> journal.sendInventory();
            case CONSOLE_REQUEST -> shared.executor().execute(() -> sendConsole(message.getConsoleRequest()));
            case HOST_REQUEST ->
                shared.executor()
                        .execute(() -> journal.deliver(HostActions.carryOut(
                                drivers.hypervisor(), frozen, message.getHostRequest(), host.id())));
            case IMAGE_PREFETCH -> prefetches.begin(message.getImagePrefetch().getImage());
            case WELCOME, REFUSED -> LOG.debugf("%s: the session's business", host.id());
            case VPC, ENDPOINTS, VPC_PART, SHARED_ENDPOINTS -> network.receive(message);
            case PUBLIC_TUNNELS -> network.share(message.getPublicTunnels());
            case BODY_NOT_SET -> LOG.warnf("%s: a message of a newer kind was ignored", host.id());
        }
    }

    private void wish(DesiredInstance wish) {
        try {
            var instance = new InstanceId(wish.getInstanceId());
            if (journal.answeredFromMemory(instance, wish)) {
                return;
            }
            if (actors.size() >= settings.maxInstances() && !actors.containsKey(instance)) {
                LOG.errorf("%s: %s ignored, the host has its %d instances", host.id(), instance, actors.size());
                return;
            }
            journal.machine(wish);
            while (!actor(instance).wish(wish)) {
                actors.remove(instance);
            }
        } catch (MalformedIdException | IOException e) {
            // Not taken, so no report of this generation follows and the Cluster Controller sends it again.
            LOG.errorf(e, "%s: could not take a wish for %s", host.id(), wish.getInstanceId());
        }
    }

    private VmActor actor(InstanceId instance) throws IOException {
        var present = actors.get(instance);
        if (present != null) {
            return present;
        }
        var made = new VmActor(instance, context, null);
        var raced = actors.putIfAbsent(instance, made);
        return raced == null ? made : raced;
    }

    private List<InstanceId> known() throws IOException {
        var known = new ArrayList<>(memory.instances());
        drivers.hypervisor().list().forEach(domain -> known.add(domain.instance()));
        known.addAll(drivers.disks().instances());
        var distinct = new ArrayList<InstanceId>();
        for (var instance : known.stream().distinct().toList()) {
            if (isForgotten(instance)) {
                memory.remove(instance);
            } else {
                distinct.add(instance);
            }
        }
        return distinct;
    }

    private boolean isForgotten(InstanceId instance) throws IOException {
        return memory.desired(instance).isEmpty()
                && drivers.hypervisor().find(instance).isEmpty()
                && !drivers.disks().instances().contains(instance);
    }

    private void changed(DomainEvent event) {
        var actor = actors.get(event.instance());
        if (actor != null) {
            actor.changed(event);
        }
    }

    /** Has an instance reported as it is now. */
    private void wake(InstanceId instance) {
        var actor = actors.get(instance);
        if (actor != null) {
            actor.wake();
        }
    }

    /** Finds what events did not tell. */
    private void look() {
        try {
            for (var domain : drivers.hypervisor().list()) {
                var actor = actors.get(domain.instance());
                if (actor == null) {
                    LOG.warnf("%s: %s appeared without our doing: reported, not touched", host.id(), domain.instance());
                    actor(domain.instance()).wake();
                } else if (domain.state() == DomainState.SHUT_OFF && journal.believesRunning(domain.instance())) {
                    actor.wake();
                }
            }
            for (var actor : actors.values()) {
                actor.wakeForImage();
            }
            drivers.network().repair();
            tellLearned();
            network.tellChanges();
            flows.tell();
        } catch (Exception e) {
            // The boundary of the look: the next one comes in a moment.
            LOG.warnf(e, "%s: could not look at the host", host.id());
        }
    }

    /** Instances that were given an address by somebody else are reported with it, and answered at it. */
    private void tellLearned() {
        var learned = drivers.network().learned();
        var before = toldLearned;
        toldLearned = learned;
        learned.stream().filter(each -> !before.contains(each)).forEach(each -> wake(each.instance()));
    }

    private void sendConsole(ConsoleRequest request) {
        try {
            journal.deliver(ConsoleTail.read(memory, request, host.id()));
        } catch (MalformedIdException | IOException e) {
            LOG.warnf(e, "%s: could not read the console of %s", host.id(), request.getInstanceId());
        }
    }

    private final class AgentReporter implements VmContext.Reporter {
        @Override
        public void report(Observation.Builder observation) {
            journal.report(observation);
        }

        @Override
        public void ended(InstanceId instance, Observation.Builder last) {
            actors.remove(instance);
            frozen.forget(instance);
            journal.ended(instance, last);
        }
    }
}
