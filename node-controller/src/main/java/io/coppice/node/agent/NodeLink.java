package io.coppice.node.agent;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.rpc.BoundedSender;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.Goodbye;
import io.coppice.proto.node.v1.NodeGatewayGrpc;
import io.coppice.proto.node.v1.NodeMessage;
import io.coppice.proto.node.v1.Refused;
import io.coppice.proto.node.v1.Welcome;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The session of one or more hosts with their Cluster Controller: dials, dials again when it is lost, and carries what
 * agents and controller say to each other. What is lost with a session is made good by the inventory that begins the
 * next. Thread-safe.
 */
public final class NodeLink implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(NodeLink.class);
    /** Heartbeats of many hosts are spread over the interval in this many steps. */
    private static final int HEARTBEAT_STEPS = 10;

    private static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(2);

    private final ManagedChannel channel;
    private final LinkSettings settings;
    private final NodeAgent.Shared shared;
    private final Map<NodeId, NodeAgent> agents = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private @Nullable Session current;
    private @Nullable ScheduledFuture<?> heartbeats;
    private int failures;
    private boolean closed;

    /** The caller keeps the channel and shuts it down after {@link #close}. */
    public NodeLink(ManagedChannel channel, LinkSettings settings, NodeAgent.Shared shared) {
        this.channel = channel;
        this.settings = settings;
        this.shared = shared;
    }

    /** Lets a started agent speak on this link. Called before {@link #start}. */
    public void attach(NodeAgent agent) {
        agents.put(agent.id(), agent);
    }

    /** Dials, now and whenever the session is lost. Returns at once. */
    public void start() {
        shared.executor().execute(this::dial);
    }

    /** Whether a session is up and the controller has answered on it. */
    public boolean connected() {
        lock.lock();
        try {
            return current != null && current.welcomed;
        } finally {
            lock.unlock();
        }
    }

    /** Says goodbye for every host and ends. */
    @Override
    public void close() {
        Session session;
        lock.lock();
        try {
            closed = true;
            session = current;
            current = null;
            stopHeartbeats();
        } finally {
            lock.unlock();
        }
        if (session != null) {
            session.reports.flush();
            agents.values()
                    .forEach(agent -> session.offer(message(agent)
                            .setGoodbye(Goodbye.newBuilder().setReason("the host's agent ends"))
                            .build()));
            session.complete();
        }
    }

    private void dial() {
        Session session;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            session = new Session();
            current = session;
        } finally {
            lock.unlock();
        }
        // Without this the channel waits on its own, and up to two minutes, after the controller was away.
        channel.resetConnectBackoff();
        NodeGatewayGrpc.newStub(channel).session(session);
        agents.values().forEach(session::hello);
    }

    private void lost(Session session, Status status) {
        Duration wait;
        lock.lock();
        try {
            if (closed || current != session) {
                return;
            }
            current = null;
            stopHeartbeats();
            failures = session.welcomed ? 1 : failures + 1;
            wait = redialAfter(failures);
        } finally {
            lock.unlock();
        }
        agents.values().forEach(NodeAgent::disconnected);
        LOG.infof(
                "session with the Cluster Controller lost (%s): next attempt in %d ms", brief(status), wait.toMillis());
        later(wait, this::dial);
    }

    /** A TLS failure's description goes on for many lines that say nothing more. */
    private static String brief(Status status) {
        var description = status.getDescription();
        return description == null
                ? status.getCode().toString()
                : status.getCode() + ": " + description.lines().findFirst().orElse("");
    }

    private Duration redialAfter(int failed) {
        var doubled = settings.redialFirst().multipliedBy(1L << Math.min(failed - 1, 10));
        var most = doubled.compareTo(settings.redialLongest()) < 0 ? doubled : settings.redialLongest();
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most.toMillis() / 2, most.toMillis() + 1));
    }

    private void later(Duration wait, Runnable task) {
        try {
            shared.timer().schedule(() -> shared.executor().execute(task), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the process is ending: no further attempt");
        }
    }

    private void startHeartbeats(Session session, Duration every) {
        lock.lock();
        try {
            if (current != session || heartbeats != null) {
                return;
            }
            var stepNanos = every.toNanos() / HEARTBEAT_STEPS;
            heartbeats = shared.timer()
                    .scheduleAtFixedRate(
                            () -> shared.executor().execute(session::heartbeatStep),
                            stepNanos,
                            stepNanos,
                            TimeUnit.NANOSECONDS);
        } finally {
            lock.unlock();
        }
    }

    private void stopHeartbeats() {
        if (heartbeats != null) {
            heartbeats.cancel(false);
            heartbeats = null;
        }
    }

    private static NodeMessage.Builder message(NodeAgent agent) {
        return NodeMessage.newBuilder().setNodeId(agent.id().value());
    }

    /** One session, from dialling to its end. */
    private final class Session implements ClientResponseObserver<NodeMessage, ClusterMessage>, Uplink {
        private final Map<NodeId, NodeAgent> welcome = new ConcurrentHashMap<>();
        private volatile @Nullable BoundedSender<NodeMessage> sender;
        private final GatheredReports reports = new GatheredReports(shared, this::sendNow);
        private volatile boolean welcomed;
        private volatile int step;

        @Override
        public void beforeStart(ClientCallStreamObserver<NodeMessage> requests) {
            var capacity = Math.max(settings.queueLeast(), settings.queuePerHost() * agents.size());
            var made = new BoundedSender<>(requests, capacity);
            sender = made;
            requests.setOnReadyHandler(made::drain);
        }

        @Override
        public void onNext(ClusterMessage message) {
            var agent = agents.get(new NodeId(message.getNodeId()));
            if (agent == null) {
                LOG.warnf("message for %s, which does not speak on this session", message.getNodeId());
                return;
            }
            switch (message.getBodyCase()) {
                case WELCOME -> welcomed(agent, message.getWelcome());
                case REFUSED -> refused(agent, message.getRefused());
                default -> agent.receive(message);
            }
        }

        @Override
        public void onError(Throwable error) {
            end(Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
            end(Status.OK.withDescription("ended by the Cluster Controller"));
        }

        @Override
        public void send(NodeMessage message) {
            reports.send(message);
        }

        private void sendNow(NodeMessage message) {
            if (!offer(message)) {
                // Losing one report silently would be worse than losing the session: the next begins with all.
                var current = sender;
                if (current != null) {
                    current.fail(Status.RESOURCE_EXHAUSTED
                            .withDescription("the Cluster Controller does not keep up")
                            .asRuntimeException());
                }
            }
        }

        @Override
        public void deliverConsole(List<ConsoleChunk> chunks) {
            NodeGatewayGrpc.newStub(channel)
                    .withDeadlineAfter(ConsoleDelivery.DEADLINE.toSeconds(), TimeUnit.SECONDS)
                    .deliverConsole(new ConsoleDelivery(chunks));
        }

        boolean offer(NodeMessage message) {
            var current = sender;
            return current != null && current.offer(message);
        }

        void complete() {
            var current = sender;
            if (current != null) {
                current.complete();
            }
        }

        void hello(NodeAgent agent) {
            send(message(agent).setHello(agent.hello()).build());
        }

        private void welcomed(NodeAgent agent, Welcome greeting) {
            var heartbeatSeconds = greeting.getHeartbeatSeconds();
            welcome.put(agent.id(), agent);
            agent.connected(this, greeting.getImageTicketKey().toByteArray());
            if (!welcomed) {
                welcomed = true;
                startHeartbeats(this, heartbeatSeconds > 0 ? Duration.ofSeconds(heartbeatSeconds) : DEFAULT_HEARTBEAT);
            }
        }

        private void refused(NodeAgent agent, Refused refusal) {
            LOG.errorf("the Cluster Controller refuses host %s: %s", agent.id(), refusal.getReason());
            welcome.remove(agent.id());
            agent.disconnected();
            later(Duration.ofSeconds(Math.max(1, refusal.getRetryAfterSeconds())), () -> hello(agent));
        }

        private void heartbeatStep() {
            var now = step;
            step = (now + 1) % HEARTBEAT_STEPS;
            for (var agent : welcome.values()) {
                if (Math.floorMod(agent.id().hashCode(), HEARTBEAT_STEPS) == now) {
                    send(agent.heartbeat());
                }
            }
        }

        private void end(Status status) {
            var current = sender;
            if (current != null) {
                current.ended();
            }
            lost(this, status);
        }
    }
}
