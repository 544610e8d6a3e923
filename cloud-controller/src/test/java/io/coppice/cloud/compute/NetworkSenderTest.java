package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.coppice.cloud.network.VpcGenerations.Change;
import io.coppice.cloud.network.VpcGenerations.Changes;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.cluster.v1.GetConsoleResponse;
import io.coppice.proto.cluster.v1.ListImageCachesRequest;
import io.coppice.proto.cluster.v1.ListImageCachesResponse;
import io.coppice.proto.cluster.v1.PrefetchImageRequest;
import io.coppice.proto.cluster.v1.PrefetchImageResponse;
import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.Vpc;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** If this fails, a zone is not told of a VPC that its instances need, or goes by an older one. */
class NetworkSenderTest {
    private final Networks networks = new Networks();
    private final Zone zone = new Zone();
    private final NetworkSender sender = new NetworkSender(
            networks,
            zone,
            new NetworkSender.Settings("zone", Clock.systemUTC(), Duration.ofSeconds(30), Duration.ofMillis(200)));

    @Test
    void whatChangedIsSentOnceAndAllOfItAfterTheZoneBeganAnew() {
        networks.change("vpc-1");
        networks.change("vpc-2");
        assertTrue(sender.run());
        assertEquals(Map.of("vpc-1", 1L, "vpc-2", 2L), zone.known());
        assertTrue(sender.run());
        assertEquals(1, zone.calls(), "the same position comes again while transactions are open, but not to the zone");
        networks.change("vpc-1");
        sender.run();
        assertEquals(Map.of("vpc-1", 3L, "vpc-2", 2L), zone.known());
        assertEquals(3, zone.sent());
        zone.forget();
        sender.zoneStartedAnew();
        sender.run();
        assertEquals(Map.of("vpc-1", 3L, "vpc-2", 2L), zone.known());
    }

    @Test
    void whatIsGoneIsSaidToBeGone() {
        networks.change("vpc-1");
        sender.run();
        networks.remove("vpc-1");
        sender.run();
        assertEquals(Map.of(), zone.known());
        assertEquals(2, zone.calls());
    }

    @Test
    void aZoneThatCannotBeReachedGetsItLater() {
        networks.change("vpc-1");
        zone.fail(2);
        assertFalse(sender.run());
        assertEquals(1, sender.status().backlog());
        assertTrue(sender.status().result().contains("UNAVAILABLE"));
        assertFalse(sender.run());
        assertEquals(Map.of(), networks.taken);
        assertTrue(sender.run());
        assertEquals("ok", sender.status().result());
        assertEquals(0, sender.status().backlog());
        assertEquals(Map.of("vpc-1", 1L), zone.known());
        assertEquals(Map.of("vpc-1", 1L), networks.taken, "what no zone has is not taken");
    }

    @Test
    void aCallCarriesNoMoreThanTheZoneTakes() {
        for (var count = 0; count < 150; count++) {
            networks.change("vpc-" + count);
        }
        sender.run();
        assertEquals(3, zone.calls());
        assertEquals(150, zone.known().size());
        assertEquals(64, zone.largestCall());
    }

    @Test
    void largeVpcsGoInCallsOfTheirOwnAndOneThatIsTooLargeKeepsNobodyBack() {
        networks.groups = 25_000;
        networks.change("vpc-1");
        networks.change("vpc-2");
        networks.change("vpc-3");
        sender.run();
        assertEquals(2, zone.calls(), "about a MiB each: two fit in a call");
        networks.groups = 500_000;
        networks.change("vpc-4");
        networks.groups = 1;
        networks.change("vpc-5");
        assertTrue(sender.run());
        assertEquals(
                List.of("vpc-1", "vpc-2", "vpc-3", "vpc-5"),
                List.copyOf(zone.known().keySet()));
    }

    @Test
    void aSignalIsFollowedThoughItsTransactionEndsLater() throws InterruptedException {
        sender.start();
        try {
            CloudFixture.eventually("it has looked", () -> sender.status().lastStart() != null);
            networks.signal();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            networks.changeSilently("vpc-1");
            CloudFixture.eventually("it is there", () -> zone.known().containsKey("vpc-1"));
        } finally {
            sender.stop();
        }
    }

    /** VPCs that never leave the look, as with a transaction that stays open. */
    private static final class Networks implements NetworkSender.Source {
        private final Map<String, Change> changes = new TreeMap<>();
        private final Map<String, Integer> groupsOf = new TreeMap<>();
        private final Map<String, Long> taken = new TreeMap<>();
        private int groups = 1;
        private long generation;
        private long signals;

        synchronized void change(String id) {
            changeSilently(id);
            signal();
        }

        synchronized void changeSilently(String id) {
            generation++;
            changes.put(id, new Change(id, generation, false));
            groupsOf.put(id, groups);
        }

        synchronized void remove(String id) {
            generation++;
            changes.put(id, new Change(id, generation, true));
            signal();
        }

        synchronized void signal() {
            signals++;
            notifyAll();
        }

        @Override
        public synchronized Changes names(long position) {
            return new Changes(List.copyOf(changes.values()), 0);
        }

        @Override
        public synchronized List<Vpc> whole(List<Change> wanted) {
            var whole = new ArrayList<Vpc>();
            for (var each : wanted) {
                var vpc = Vpc.newBuilder()
                        .setVpcId(each.vpcId())
                        .setGeneration(each.generation())
                        .setDeleted(each.deleted());
                var group = SecurityGroup.newBuilder().setSecurityGroupId("sg-00000000000000000000000000000001");
                for (var count = 0; count < groupsOf.getOrDefault(each.vpcId(), 0); count++) {
                    vpc.addSecurityGroups(group);
                }
                whole.add(vpc.build());
            }
            return whole;
        }

        @Override
        public synchronized void taken(List<Vpc> vpcs) {
            vpcs.forEach(vpc -> taken.put(vpc.getVpcId(), vpc.getGeneration()));
        }

        @Override
        public synchronized long signals() {
            return signals;
        }

        @Override
        public synchronized void await(long seen, Duration most) throws InterruptedException {
            var end = System.nanoTime() + most.toNanos();
            while (signals == seen && System.nanoTime() < end) {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        }
    }

    /** A zone that keeps what it is told of VPCs. */
    private static final class Zone implements ZoneLink {
        private final Map<String, Long> known = new TreeMap<>();
        private int calls;
        private int sent;
        private int largest;
        private int failures;

        @Override
        public PrefetchImageResponse prefetch(PrefetchImageRequest request) {
            throw new AssertionError("nobody asks for images here");
        }

        @Override
        public ListImageCachesResponse imageCaches(ListImageCachesRequest request) {
            throw new AssertionError("nobody asks for images here");
        }

        @Override
        public TakeFlowsResponse takeFlows(TakeFlowsRequest request) {
            throw new AssertionError("nobody asks for flows here");
        }

        @Override
        public synchronized void applyNetworks(List<Vpc> vpcs) {
            if (failures > 0) {
                failures--;
                throw Status.UNAVAILABLE.asRuntimeException();
            }
            calls++;
            sent += vpcs.size();
            largest = Math.max(largest, vpcs.size());
            for (var vpc : vpcs) {
                if (vpc.getDeleted()) {
                    known.remove(vpc.getVpcId());
                } else {
                    known.put(vpc.getVpcId(), vpc.getGeneration());
                }
            }
        }

        synchronized Map<String, Long> known() {
            return new TreeMap<>(known);
        }

        synchronized int calls() {
            return calls;
        }

        synchronized int sent() {
            return sent;
        }

        synchronized int largestCall() {
            return largest;
        }

        synchronized void forget() {
            known.clear();
        }

        synchronized void fail(int count) {
            failures = count;
        }

        @Override
        public void apply(List<DesiredInstance> instances) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void watch(String streamId, long afterSequence, Consumer<ZoneEvent> sink) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteString askHost(AskHostRequest request, Duration deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public GetConsoleResponse console(String instanceId, int maxBytes, Duration deadline) {
            throw new UnsupportedOperationException();
        }
    }
}
