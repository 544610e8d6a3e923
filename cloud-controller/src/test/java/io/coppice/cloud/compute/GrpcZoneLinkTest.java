package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.rpc.MessageParts;
import io.coppice.proto.cluster.v1.ApplyNetworksRequest;
import io.coppice.proto.cluster.v1.ApplyNetworksResponse;
import io.coppice.proto.cluster.v1.ClusterControllerGrpc;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.Vpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this failed, a VPC that is larger than a message would not reach its zone, or would seem to have. */
class GrpcZoneLinkTest {
    private static final String ID = "vpc-00000000000000001";
    private static final int MIB = 1024 * 1024;

    private final Zone zone = new Zone();
    private Server server;
    private ManagedChannel channel;
    private GrpcZoneLink link;

    @BeforeEach
    void connect() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(zone)
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        link = new GrpcZoneLink(channel);
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void aVpcThatIsLargerThanAMessageArrivesWhole() {
        var large = vpc(5 * MIB);
        link.applyNetworks(List.of(large));
        assertEquals(List.of(large), zone.complete);
        assertTrue(zone.requests.size() >= 5, "in parts");
        assertTrue(zone.requests.stream().allMatch(each -> each.getSerializedSize() < 2 * MIB));
        zone.requests.clear();
        zone.complete.clear();
        link.applyNetworks(List.of(large));
        assertEquals(List.of(large), zone.complete, "and once more");
    }

    @Test
    void othersComeAsTheyAre() {
        var small = vpc(1000);
        link.applyNetworks(List.of(small, small));
        assertEquals(1, zone.requests.size());
        assertEquals(List.of(small, small), zone.requests.getFirst().getVpcsList());
    }

    @Test
    void aZoneThatTakesNoPartsIsNotThoughtToKnow() {
        zone.takesParts = false;
        var refusal = assertThrows(StatusRuntimeException.class, () -> link.applyNetworks(List.of(vpc(5 * MIB))));
        assertEquals(Status.Code.UNIMPLEMENTED, refusal.getStatus().getCode());
        assertEquals(1, zone.requests.size(), "the first part tells");
    }

    /** A VPC of about so many bytes. */
    private static Vpc vpc(int bytes) {
        var vpc = Vpc.newBuilder().setVpcId(ID).setGeneration(7);
        while (vpc.getSecurityGroupsCount() * 24 < bytes) {
            vpc.addSecurityGroups(
                    SecurityGroup.newBuilder().setSecurityGroupId("sg-%017x".formatted(vpc.getSecurityGroupsCount())));
        }
        return vpc.build();
    }

    /** Takes VPCs as a Cluster Controller of this version does, or as one before it. */
    private static final class Zone extends ClusterControllerGrpc.ClusterControllerImplBase {
        private final List<ApplyNetworksRequest> requests = new CopyOnWriteArrayList<>();
        private final List<Vpc> complete = new CopyOnWriteArrayList<>();
        private final MessageParts parts = new MessageParts();
        private volatile boolean takesParts = true;

        @Override
        public synchronized void applyNetworks(
                ApplyNetworksRequest request, StreamObserver<ApplyNetworksResponse> answer) {
            requests.add(request);
            if (request.hasPart() && takesParts) {
                take(request);
            }
            answer.onNext(ApplyNetworksResponse.newBuilder()
                    .setPartTaken(request.hasPart() && takesParts)
                    .build());
            answer.onCompleted();
        }

        private void take(ApplyNetworksRequest request) {
            var part = request.getPart();
            var taken = parts.take(new MessageParts.Part(
                    part.getVpcId(), part.getGeneration(), part.getIndex(), part.getMore(), part.getPart()));
            switch (taken) {
                case MessageParts.Taken.Waiting waiting -> {}
                case MessageParts.Taken.Gap gap -> throw new AssertionError("a part that does not follow");
                case MessageParts.Taken.Whole(var bytes) -> {
                    try {
                        complete.add(Vpc.parseFrom(bytes));
                    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
    }
}
