package io.coppice.cluster.session;

import io.coppice.cluster.zone.Zone;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.proto.identity.v1.AuthorityGrpc;
import io.coppice.proto.identity.v1.IssueNodeCertificateRequest;
import io.coppice.proto.identity.v1.RenewNodeCertificateRequest;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.ConsoleReceipt;
import io.coppice.proto.node.v1.JoinRequest;
import io.coppice.proto.node.v1.JoinResponse;
import io.coppice.proto.node.v1.NodeGatewayGrpc;
import io.coppice.proto.node.v1.NodeMessage;
import io.coppice.proto.node.v1.RenewCertificateRequest;
import io.coppice.proto.node.v1.RenewCertificateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The door for hosts. */
public final class NodeGatewayService extends NodeGatewayGrpc.NodeGatewayImplBase implements AutoCloseable {
    /** The one method that a host without a certificate may call. */
    public static final String OPEN_METHOD = "coppice.node.v1.NodeGateway/Join";

    private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(10);

    private final Zone zone;
    private final Door door;
    private final ConsoleRequests consoles;
    private final ManagedChannel cloud;
    private final Set<NodeSession> sessions = ConcurrentHashMap.newKeySet();

    /**
     * How the door is run.
     *
     * @param zoneName the zone that hosts join here
     * @param flows takes what hosts have counted of recorded flows
     * @param queueSize messages that may wait for one session
     */
    public record Door(String zoneName, Speakers speakers, RecordedFlows flows, int queueSize) {}

    /** Opens the door of this zone; {@code cloud} leads to the Cloud Controller, which admits new hosts. */
    public NodeGatewayService(Zone zone, Door door, ConsoleRequests consoles, ManagedChannel cloud) {
        this.zone = zone;
        this.door = door;
        this.consoles = consoles;
        this.cloud = cloud;
    }

    @Override
    public StreamObserver<NodeMessage> session(StreamObserver<ClusterMessage> answers) {
        var session = new NodeSession(
                zone,
                door.flows(),
                door.speakers(),
                RpcServer.caller(),
                (ServerCallStreamObserver<ClusterMessage>) answers,
                door.queueSize(),
                sessions::remove);
        sessions.add(session);
        return session;
    }

    @Override
    public StreamObserver<ConsoleChunk> deliverConsole(StreamObserver<ConsoleReceipt> answer) {
        return new ConsoleReceiver(consoles, door.speakers(), RpcServer.caller(), answer);
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinResponse> answer) {
        try {
            var issued = AuthorityGrpc.newBlockingStub(cloud)
                    .withDeadlineAfter(JOIN_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .issueNodeCertificate(IssueNodeCertificateRequest.newBuilder()
                            .setToken(request.getToken())
                            .setCertificateSigningRequest(request.getCertificateSigningRequest())
                            .setHostName(request.getHostName())
                            .setZone(door.zoneName())
                            .build());
            answer.onNext(JoinResponse.newBuilder()
                    .setNodeId(issued.getNodeId())
                    .setCertificateChainPem(issued.getCertificateChainPem())
                    .setAuthorityPem(issued.getAuthorityPem())
                    .setZone(door.zoneName())
                    .build());
            answer.onCompleted();
        } catch (StatusRuntimeException e) {
            answer.onError(refusal(e));
        }
    }

    @Override
    public void renewCertificate(RenewCertificateRequest request, StreamObserver<RenewCertificateResponse> answer) {
        try {
            var renewed = AuthorityGrpc.newBlockingStub(cloud)
                    .withDeadlineAfter(JOIN_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .renewNodeCertificate(RenewNodeCertificateRequest.newBuilder()
                            .setCertificatePem(request.getCertificatePem())
                            .setCertificateSigningRequest(request.getCertificateSigningRequest())
                            .build());
            answer.onNext(RenewCertificateResponse.newBuilder()
                    .setCertificateChainPem(renewed.getCertificateChainPem())
                    .build());
            answer.onCompleted();
        } catch (StatusRuntimeException e) {
            answer.onError(refusal(e));
        }
    }

    private static StatusRuntimeException refusal(StatusRuntimeException e) {
        return Status.fromCode(e.getStatus().getCode())
                .withDescription(e.getStatus().getDescription())
                .asRuntimeException();
    }

    /** Ends every session, so that hosts dial again. */
    @Override
    public void close() {
        sessions.forEach(NodeSession::close);
    }
}
