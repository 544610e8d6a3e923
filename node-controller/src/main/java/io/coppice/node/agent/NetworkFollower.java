package io.coppice.node.agent;

import io.coppice.foundation.rpc.MessageParts;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.NetworkRequest;
import io.coppice.proto.node.v1.NetworkStatus;
import io.coppice.proto.node.v1.NodeMessage;
import io.coppice.proto.node.v1.PublicTunnels;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
 * come. What has come meanwhile of one VPC's interfaces is followed in one go: a host that is slow does less, not more. While
 * there is nothing to do it has no thread. Thread-safe, never blocks its callers: the engine is never asked under
 * the lock.
 */
final class NetworkFollower {
    private static final Logger LOG = Logger.getLogger(NetworkFollower.class);
    /** Messages that wait for the engine; one too many is dropped, and all of its VPC asked for again. */
    private static final int MAXIMUM_WAITING = 4096;
    /** Updates that are followed in one go: as many as are small beside a VPC. */
    private static final int MOST_AT_ONCE = 64;

    private final NetworkEngine engine;
    private final Executor executor;
    private final Consumer<NodeMessage.Builder> uplink;
    private final ReentrantLock telling = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<Work> waiting = new ArrayDeque<>();
    private final Map<String, Followed> told = new HashMap<>();
    private boolean busy;
    // Used by the one who works only.
    private final MessageParts parts = new MessageParts();

    /** What waits: a message, or something to be done after those before it. */
    private sealed interface Work {
        record Told(ClusterMessage message) implements Work {}

        record Then(Runnable action) implements Work {}
    }

    NetworkFollower(NetworkEngine engine, Executor executor, Consumer<NodeMessage.Builder> uplink) {
        this.engine = engine;
        this.executor = executor;
        this.uplink = uplink;
    }

    /** Takes a message about a VPC or about interfaces of one. */
    void receive(ClusterMessage message) {
        if (!enqueue(new Work.Told(message), true)) {
            // What is read here is dropped, whichever part of a VPC it is.
            var vpc = NetworkNews.read(message, new MessageParts()).vpcId();
            LOG.errorf("the network falls behind what it is told of %s: asking for all of it again", vpc);
            askForAll(vpc);
        }
    }

    /** Takes with which hosts this one shares the public network. */
    void share(PublicTunnels tunnels) {
        if (!enqueue(new Work.Then(() -> shareNow(tunnels)), true)) {
            LOG.error(
                    "the network falls behind what it is told of the public one, which stays as it is until more is told");
        }
    }

    private void shareNow(PublicTunnels tunnels) {
        try {
            engine.apply(tunnels);
        } catch (IOException e) {
            LOG.error("the tunnels of the public network could not be made what they should be; it is tried again", e);
        }
    }

    /**
     * Passes a wish on after everything that was received before it, so that an instance finds the VPCs that it needs. At once
     * when nothing waits, or when it needs none.
     */
    void thenOrNow(DesiredInstance wish, Consumer<DesiredInstance> receiver) {
        var needsNetwork = wish.getEndpointsList().stream()
                .anyMatch(endpoint -> !endpoint.getVpcId().isEmpty());
        if (!needsNetwork || !enqueue(new Work.Then(() -> receiver.accept(wish)), false)) {
            receiver.accept(wish);
        }
    }

    /**
     * Adds work. False when there is no room for it.
     *
     * @param evenIdle whether to begin when nothing else is going on; else false is returned then
     */
    private boolean enqueue(Work work, boolean evenIdle) {
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
        tell(true);
    }

    /** With {@code progress}, also that nothing but more interfaces are followed: nobody waits for that. */
    private void tell(boolean progress) {
        telling.lock();
        try {
            for (var vpc : toTell()) {
                var now = engine.followed(vpc);
                if (isNews(vpc, now, progress)) {
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

    private boolean isNews(String vpc, Followed now, boolean progress) {
        lock.lock();
        try {
            var before = told.getOrDefault(vpc, Followed.NOTHING);
            if (!progress && now.equals(new Followed(before.generation(), now.sequence(), before.failure()))) {
                return false;
            }
            return !now.equals(now.equals(Followed.NOTHING) ? told.remove(vpc) : told.put(vpc, now));
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (var next = next(); next != null; next = next()) {
            try {
                switch (next) {
                    case Work.Told(var message) -> follow(NetworkNews.read(message, parts));
                    case Work.Then(var action) -> action.run();
                }
            } catch (RuntimeException e) {
                // The boundary of this actor: one message that goes wrong must not keep the others from the engine.
                LOG.error("a message about networks, or a wish behind it, could not be followed", e);
            }
        }
    }

    private void follow(NetworkNews news) {
        var vpc = news.vpcId();
        var follows = false;
        try {
            follows = apply(news);
        } catch (IOException | IllegalArgumentException e) {
            // The engine has it written down and tries again; the status says that it has not come so far.
            LOG.errorf(e, "the network of %s could not be made what it should be", vpc);
            follows = true;
        }
        if (!follows) {
            askForAll(vpc);
        }
        remember(vpc);
        tell(false);
    }

    private boolean apply(NetworkNews news) throws IOException {
        return switch (news) {
            case NetworkNews.Network(var vpc) -> {
                engine.apply(vpc);
                yield true;
            }
            case NetworkNews.Interfaces(var first) -> engine.apply(withFollowing(first));
            case NetworkNews.Unfinished unfinished -> true;
            case NetworkNews.Torn torn -> false;
        };
    }

    /** The update and those of the same VPC that wait right behind it, which need not wait any longer. */
    private List<EndpointUpdate> withFollowing(EndpointUpdate first) {
        var updates = new ArrayList<>(List.of(first));
        for (var next = nextOf(first.getVpcId()); next != null; next = nextOf(first.getVpcId())) {
            if (NetworkNews.read(next, parts) instanceof NetworkNews.Interfaces(var update)) {
                updates.add(update);
            }
            if (updates.size() >= MOST_AT_ONCE) {
                break;
            }
        }
        return updates;
    }

    /** The next message, if it is about interfaces of this VPC. */
    private @Nullable ClusterMessage nextOf(String vpc) {
        lock.lock();
        try {
            if (waiting.peek() instanceof Work.Told(var message) && NetworkNews.isAboutInterfaces(message, vpc)) {
                waiting.remove();
                return message;
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void remember(String vpc) {
        lock.lock();
        try {
            told.putIfAbsent(vpc, Followed.NOTHING);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Work next() {
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
}
