package io.coppice.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.rpc.MessageParts;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.NetworkEngine;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SharedEndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.network.v1.VpcPart;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.NodeMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * If this failed, the Cluster Controller would not learn what a host's packets follow, would take a failure for success, or a
 * host that missed something would go on with an old picture.
 */
class NetworkFollowerTest {
    private static final String VPC = "vpc-0123456789abcdef0";

    private final List<NodeMessage> sent = new ArrayList<>();
    private final Engine engine = new Engine();
    private final NetworkFollower follower =
            new NetworkFollower(engine, Runnable::run, message -> sent.add(message.build()));

    @Test
    void tellsHowFarItHasComeAndOnlyNews() {
        follower.receive(vpc(3));
        assertEquals(3, sent.getFirst().getNetworkStatus().getGeneration());
        assertEquals("", sent.getFirst().getNetworkStatus().getFailure());
        follower.tellChanges();
        assertEquals(1, sent.size(), "nothing has changed");
        follower.connected();
        assertEquals(2, sent.size(), "a new session knows nothing");
    }

    @Test
    void asksForAllOfItAfterAGap() {
        follower.receive(vpc(1));
        sent.clear();
        engine.complete = false;
        follower.receive(ClusterMessage.newBuilder()
                .setEndpoints(EndpointUpdate.newBuilder().setVpcId(VPC).setSequence(9))
                .build());
        assertEquals(VPC, sent.getFirst().getNetworkRequest().getVpcId());
    }

    @Test
    void tellsAFailureAndItsEnd() {
        engine.broken = true;
        follower.receive(vpc(1));
        assertEquals("broken", sent.getLast().getNetworkStatus().getFailure());
        engine.broken = false;
        follower.tellChanges();
        assertEquals("", sent.getLast().getNetworkStatus().getFailure());
        assertEquals(2, sent.size());
    }

    @Test
    void understandsEncodedNetworksInParts() {
        var group = SecurityGroup.newBuilder().setSecurityGroupId("sg-0123456789abcdef0");
        var large = Vpc.newBuilder().setVpcId(VPC).setGeneration(4);
        for (var count = 0; count < 100_000; count++) {
            large.addSecurityGroups(group);
        }
        var parts = MessageParts.cut(VPC, 4, large.build().toByteString()).stream()
                .map(part -> ClusterMessage.newBuilder()
                        .setVpcPart(VpcPart.newBuilder()
                                .setVpcId(part.key())
                                .setGeneration(part.number())
                                .setIndex(part.index())
                                .setMore(part.more())
                                .setPart(part.bytes()))
                        .build())
                .toList();
        assertTrue(parts.size() > 1);
        parts.forEach(follower::receive);
        assertEquals(4, sent.getFirst().getNetworkStatus().getGeneration());
        sent.clear();
        follower.receive(parts.getLast());
        assertEquals(VPC, sent.getFirst().getNetworkRequest().getVpcId(), "the parts before it are missing");
        follower.receive(shared(7));
        assertEquals(List.of(List.of(7L)), engine.updates);
    }

    @Test
    void whatCameMeanwhileIsFollowedInOneGo() {
        var tasks = new ArrayList<Runnable>();
        var busy = new NetworkFollower(engine, tasks::add, message -> sent.add(message.build()));
        busy.receive(shared(1));
        busy.receive(shared(2));
        busy.receive(shared(3));
        busy.receive(vpc(5));
        busy.receive(shared(4));
        tasks.removeFirst().run();
        assertEquals(List.of(List.of(1L, 2L, 3L), List.of(4L)), engine.updates, "in their order");
    }

    private static ClusterMessage shared(long sequence) {
        return ClusterMessage.newBuilder()
                .setSharedEndpoints(SharedEndpointUpdate.newBuilder()
                        .setVpcId(VPC)
                        .setSequence(sequence)
                        .setUpdate(EndpointUpdate.newBuilder()
                                .setVpcId(VPC)
                                .build()
                                .toByteString()))
                .build();
    }

    private static ClusterMessage vpc(long generation) {
        return ClusterMessage.newBuilder()
                .setVpc(Vpc.newBuilder().setVpcId(VPC).setGeneration(generation))
                .build();
    }

    /** Remembers what it is told, and fails when it should. */
    private static final class Engine implements NetworkEngine {
        private long generation;
        private final List<List<Long>> updates = new ArrayList<>();
        private boolean complete = true;
        private boolean broken;

        @Override
        public void apply(Vpc vpc) throws IOException {
            generation = vpc.getGeneration();
            if (broken) {
                throw new IOException("broken");
            }
        }

        @Override
        public boolean apply(EndpointUpdate update) {
            return complete;
        }

        @Override
        public boolean apply(List<EndpointUpdate> all) throws IOException {
            updates.add(all.stream().map(EndpointUpdate::getSequence).toList());
            return NetworkEngine.super.apply(all);
        }

        @Override
        public Set<String> networks() {
            return Set.of(VPC);
        }

        @Override
        public Followed followed(String vpcId) {
            return new Followed(generation, 0, broken ? "broken" : "");
        }

        @Override
        public void start() {}

        @Override
        public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) {
            return List.of();
        }

        @Override
        public void attached(InstanceId instance) {}

        @Override
        public void release(InstanceId instance) {}

        @Override
        public String hostAddress() {
            return "";
        }

        @Override
        public void repair() {}

        @Override
        public void close() {}
    }
}
