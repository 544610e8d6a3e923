package io.coppice.node.agent;

import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.NetworkRequest;
import io.coppice.proto.node.v1.NetworkStatus;
import io.coppice.proto.node.v1.NodeMessage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Passes what the Cluster Controller tells of VPCs to the network engine, in its order, and tells back how far this host has
 * come. While there is nothing to do it has no thread. Thread-safe, never blocks its callers.
 */
final class NetworkFollower {
    private static final Logger LOG = Logger.getLogger(NetworkFollower.class);
    /** Messages that wait for the engine; one too many is dropped, and all of its VPC asked for again. */
    private static final int MAXIMUM_WAITING = 4096;

    private final NetworkEngine engine;
    private final Executor executor;
    private final Consumer<NodeMessage.Builder> uplink;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<ClusterMessage> waiting = new ArrayDeque<>();
    private final Map<String, Followed> told = new HashMap<>();
    private boolean busy;

    NetworkFollower(NetworkEngine engine, Executor executor, Consumer<NodeMessage.Builder> uplink) {
        this.engine = engine;
        this.executor = executor;
        this.uplink = uplink;
    }

    /** Takes a message with a VPC or with interfaces of one. */
    void receive(ClusterMessage message) {
        lock.lock();
        try {
            if (waiting.size() >= MAXIMUM_WAITING) {
                LOG.errorf(
                        "the network falls behind what it is told of %s: asking for all of it again", vpcOf(message));
                askForAll(vpcOf(message));
                return;
            }
            waiting.add(message);
            if (busy) {
                return;
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        try {
            executor.execute(this::work);
        } catch (RejectedExecutionException e) {
            LOG.debug("the agent is closing");
        }
    }

    /** A new session knows nothing: everything is told again. */
    void connected() {
        lock.lock();
        try {
            told.replaceAll((vpc, followed) -> Followed.NOTHING);
        } finally {
            lock.unlock();
        }
        tellChanges();
    }

    /** Tells of VPCs that have got further, or have failed, since they were last told. */
    void tellChanges() {
        lock.lock();
        try {
            for (var vpc : told.entrySet()) {
                var now = engine.followed(vpc.getKey());
                if (!now.equals(vpc.getValue())) {
                    vpc.setValue(now);
                    uplink.accept(status(vpc.getKey(), now));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (var message = next(); message != null; message = next()) {
            var vpc = vpcOf(message);
            var follows = false;
            try {
                follows = apply(message);
            } catch (IOException e) {
                // The engine has it written down and tries again; the status says that it has not come so far.
                LOG.errorf(e, "the network of %s could not be made what it should be", vpc);
                follows = true;
            } catch (IllegalArgumentException e) {
                LOG.errorf(e, "what was told of %s was refused", vpc);
                follows = true;
            }
            if (!follows) {
                askForAll(vpc);
            }
            remember(vpc);
            tellChanges();
        }
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

    private @Nullable ClusterMessage next() {
        lock.lock();
        try {
            var message = waiting.poll();
            busy = message != null;
            return message;
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
