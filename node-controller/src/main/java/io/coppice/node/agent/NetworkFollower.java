package io.coppice.node.agent;

import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.NetworkRequest;
import io.coppice.proto.node.v1.NetworkStatus;
import io.coppice.proto.node.v1.NodeMessage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Passes what the Cluster Controller tells of VPCs to the network engine, in its order, and tells back how far this host has
 * come. While there is nothing to do it has no thread. Thread-safe, never blocks its callers: the engine is never asked under
 * the lock.
 */
final class NetworkFollower {
    private static final Logger LOG = Logger.getLogger(NetworkFollower.class);
    /** Messages that wait for the engine; one too many is dropped, and all of its VPC asked for again. */
    private static final int MAXIMUM_WAITING = 4096;

    private final NetworkEngine engine;
    private final Executor executor;
    private final Consumer<NodeMessage.Builder> uplink;
    private final ReentrantLock telling = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final Map<String, Followed> told = new HashMap<>();
    private boolean busy;

    NetworkFollower(NetworkEngine engine, Executor executor, Consumer<NodeMessage.Builder> uplink) {
        this.engine = engine;
        this.executor = executor;
        this.uplink = uplink;
    }

    /** Takes a message with a VPC or with interfaces of one. */
    void receive(ClusterMessage message) {
        if (!enqueue(() -> follow(message), true)) {
            LOG.errorf("the network falls behind what it is told of %s: asking for all of it again", vpcOf(message));
            askForAll(vpcOf(message));
        }
    }

    /**
     * Passes a wish on after everything that was received before it, so that an instance finds the VPCs that it needs. At once
     * when nothing waits, or when it needs none.
     */
    void thenOrNow(DesiredInstance wish, Consumer<DesiredInstance> receiver) {
        var needsNetwork = wish.getEndpointsList().stream()
                .anyMatch(endpoint -> !endpoint.getVpcId().isEmpty());
        if (!needsNetwork || !enqueue(() -> receiver.accept(wish), false)) {
            receiver.accept(wish);
        }
    }

    /**
     * Adds work. False when there is no room for it.
     *
     * @param evenIdle whether to begin when nothing else is going on; else false is returned then
     */
    private boolean enqueue(Runnable work, boolean evenIdle) {
        lock.lock();
        try {
            if (waiting.size() >= MAXIMUM_WAITING || (!busy && !evenIdle)) {
                return false;
            }
            waiting.add(work);
            if (busy) {
                return true;
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        start(this::work);
        return true;
    }

    private void start(Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("the agent is closing");
        }
    }

    /** A new session knows nothing: everything is told again. */
    void connected() {
        start(() -> {
            var known = engine.networks();
            lock.lock();
            try {
                told.clear();
                known.forEach(vpc -> told.put(vpc, Followed.NOTHING));
            } finally {
                lock.unlock();
            }
            tellChanges();
        });
    }

    /** Tells of VPCs that have got further, or have failed, since they were last told. May wait for the engine. */
    void tellChanges() {
        telling.lock();
        try {
            for (var vpc : toTell()) {
                var now = engine.followed(vpc);
                if (isNews(vpc, now)) {
                    uplink.accept(status(vpc, now));
                }
            }
        } finally {
            telling.unlock();
        }
    }

    private Set<String> toTell() {
        lock.lock();
        try {
            return new HashSet<>(told.keySet());
        } finally {
            lock.unlock();
        }
    }

    private boolean isNews(String vpc, Followed now) {
        lock.lock();
        try {
            return !now.equals(now.equals(Followed.NOTHING) ? told.remove(vpc) : told.put(vpc, now));
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (var next = next(); next != null; next = next()) {
            try {
                next.run();
            } catch (RuntimeException e) {
                // The boundary of this actor: one message that goes wrong must not keep the others from the engine.
                LOG.error("a message about networks, or a wish behind it, could not be followed", e);
            }
        }
    }

    private void follow(ClusterMessage message) {
        var vpc = vpcOf(message);
        var follows = false;
        try {
            follows = apply(message);
        } catch (IOException | IllegalArgumentException e) {
            // The engine has it written down and tries again; the status says that it has not come so far.
            LOG.errorf(e, "the network of %s could not be made what it should be", vpc);
            follows = true;
        }
        if (!follows) {
            askForAll(vpc);
        }
        remember(vpc);
        tellChanges();
    }

    private boolean apply(ClusterMessage message) throws IOException {
        if (message.hasVpc()) {
            engine.apply(message.getVpc());
            return true;
        }
        return engine.apply(message.getEndpoints());
    }

    private void remember(String vpc) {
        lock.lock();
        try {
            told.putIfAbsent(vpc, Followed.NOTHING);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            var next = waiting.poll();
            busy = next != null;
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void askForAll(String vpc) {
        uplink.accept(NodeMessage.newBuilder()
                .setNetworkRequest(NetworkRequest.newBuilder().setVpcId(vpc)));
    }

    private static NodeMessage.Builder status(String vpc, Followed followed) {
        return NodeMessage.newBuilder()
                .setNetworkStatus(NetworkStatus.newBuilder()
                        .setVpcId(vpc)
                        .setGeneration(followed.generation())
                        .setSequence(followed.sequence())
                        .setFailure(followed.failure()));
    }

    private static String vpcOf(ClusterMessage message) {
        return message.hasVpc()
                ? message.getVpc().getVpcId()
                : message.getEndpoints().getVpcId();
    }
}
