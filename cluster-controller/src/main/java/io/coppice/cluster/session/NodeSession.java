package io.coppice.cluster.session;

import io.coppice.cluster.zone.HostConnection;
import io.coppice.cluster.zone.Zone;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.rpc.BoundedSender;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.NodeMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * One session, of one host or of many. A session that does not keep up is ended, so that it slows nobody else down.
 * Messages come from one thread at a time; sending is thread-safe.
 */
final class NodeSession implements StreamObserver<NodeMessage>, HostConnection {
    private static final Logger LOG = Logger.getLogger(NodeSession.class);

    private final Zone zone;
    private final RecordedFlows flows;
    private final Speakers speakers;
    private final PeerIdentity caller;
    private final BoundedSender<ClusterMessage> sender;
    private final int queueSize;
    private final Consumer<NodeSession> whenOver;
    private final Set<NodeId> nodes = ConcurrentHashMap.newKeySet();

    NodeSession(
            Zone zone,
            RecordedFlows flows,
            Speakers speakers,
            PeerIdentity caller,
            ServerCallStreamObserver<ClusterMessage> stream,
            int queueSize,
            Consumer<NodeSession> whenOver) {
        this.zone = zone;
        this.flows = flows;
        this.speakers = speakers;
        this.caller = caller;
        this.sender = new BoundedSender<>(stream, queueSize);
        this.queueSize = queueSize;
        this.whenOver = whenOver;
        stream.setOnReadyHandler(sender::drain);
        stream.setOnCancelHandler(this::over);
    }

    @Override
    public void onNext(NodeMessage message) {
        try {
            take(new NodeId(message.getNodeId()), message);
        } catch (MalformedIdException e) {
            end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        }
    }

    private void take(NodeId node, NodeMessage message) {
        if (message.hasHello()) {
            if (!speakers.maySpeak(caller, node)) {
                LOG.warnf("%s tried to speak for host %s", caller, node);
                end(Status.PERMISSION_DENIED.withDescription(caller + " may not speak for host " + node));
                return;
            }
            nodes.add(node);
            zone.hello(node, message.getHello(), this);
            return;
        }
        if (!nodes.contains(node)) {
            end(Status.FAILED_PRECONDITION.withDescription("host " + node + " speaks before it said hello"));
            return;
        }
        switch (message.getBodyCase()) {
            case HEARTBEAT -> zone.heartbeat(node, message.getHeartbeat(), this);
            case OBSERVATION -> zone.observed(node, message.getObservation(), this);
            case INVENTORY -> zone.inventory(node, message.getInventory(), this);
            case GOODBYE -> zone.goodbye(node, this);
            case NETWORK_REQUEST ->
                zone.networkRequested(node, message.getNetworkRequest().getVpcId(), this);
            case NETWORK_STATUS -> zone.networkFollowed(node, message.getNetworkStatus(), this);
            case FLOW_REPORT -> flows.add(message.getFlowReport());
            case HELLO, BODY_NOT_SET -> LOG.warnf("host %s sent a message of a newer kind: ignored", node);
        }
    }

    @Override
    public void send(ClusterMessage message) {
        if (!sender.offer(message)) {
            end(Status.RESOURCE_EXHAUSTED.withDescription("this session does not keep up: dial again"));
        }
    }

    /** Half of the queue is for wishes, which do not wait. */
    @Override
    public boolean hasRoom() {
        return sender.waiting() < Math.max(1, queueSize / 2);
    }

    /** Ends the session in good order: the controller stops. */
    void close() {
        end(Status.UNAVAILABLE.withDescription("the Cluster Controller stops"));
    }

    @Override
    public void onError(Throwable error) {
        over();
    }

    @Override
    public void onCompleted() {
        sender.complete();
        over();
    }

    private void end(Status why) {
        sender.fail(why.asRuntimeException());
    }

    private void over() {
        sender.ended();
        zone.disconnected(nodes, this);
        whenOver.accept(this);
    }
}
