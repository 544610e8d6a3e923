package io.coppice.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.LearnedAddress;
import io.coppice.node.network.NetworkEngine;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this failed, reports or the metadata service would tell an instance's address wrong, or tell another instance's. */
class LearnedTest {
    private static final InstanceId INSTANCE = new InstanceId("i-0123456789abcdef0");
    private static final InstanceId OTHER = new InstanceId("i-0123456789abcdef1");
    private static final String MAC = "02:00:00:00:00:01";

    @Test
    void whatWasLearnedStandsInPlaceOfWhatIsDesired() {
        var network = new Network(List.of(
                new LearnedAddress(OTHER, "02:00:00:00:00:02", "192.0.2.8"),
                new LearnedAddress(INSTANCE, MAC, "192.0.2.7")));
        var reported = Learned.of(INSTANCE, network);
        assertEquals(1, reported.size());
        assertEquals(MAC, reported.getFirst().getMac());
        assertEquals("192.0.2.7", reported.getFirst().getPrivateIpv4());
        var known = Learned.in(desired(""), network);
        assertEquals(desired("192.0.2.7"), known);
        assertEquals(desired("192.0.2.7"), Learned.in(desired("192.0.2.6"), network), "the newer one");
    }

    @Test
    void withoutAnythingLearnedAllIsAsDesired() {
        var desired = desired("10.0.0.5");
        assertSame(desired, Learned.in(desired, new Network(List.of())));
        assertEquals(List.of(), Learned.of(INSTANCE, new Network(List.of())));
    }

    private static DesiredInstance desired(String address) {
        return DesiredInstance.newBuilder()
                .setInstanceId(INSTANCE.value())
                .addEndpoints(NetworkEndpoint.newBuilder().setMac(MAC).setPrivateIpv4(address))
                .build();
    }

    private record Network(List<LearnedAddress> learned) implements NetworkEngine {
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
