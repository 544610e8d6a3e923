package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.schedule.FirstFitScheduler;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.ebs.v1.CephImage;
import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.proto.node.v1.Capacity;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.Inventory;
import io.coppice.proto.node.v1.InventoryItem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, the zone would place an instance twice, lose a wish, or believe a host that it must not believe. */
class ZoneTest {
    @TempDir
    Path folder;

    private static final Hello GREETING = Hello.newBuilder()
            .setCapacity(Capacity.newBuilder().setVcpus(4).setMemoryMib(4096).setDiskMib(8192))
            .build();

    private final InstanceId instance = InstanceId.random();
    private final NodeId node = NodeId.random();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private ZoneEventLog log;
    private Zone zone;

    @BeforeEach
    void openZone() throws IOException {
        restart();
    }

    @Test
    void aFreshZonePlacesAtOnceAndSendsOnce() {
        var way = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), way);
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        assertEquals(1, way.wishes().size());
        assertEquals(node.value(), way.wishes().getFirst().getNodeId());
        pass(Duration.ofSeconds(6));
        assertEquals(2, way.wishes().size(), "sent again while the host has not confirmed it");
        zone.observed(node, seen(node, 1, Phase.PHASE_PREPARING), way);
        pass(Duration.ofSeconds(6));
        assertEquals(2, way.wishes().size());
    }

    @Test
    void aRestartedZoneWaitsForTheHostsThatItHadBeforeItPlaces() throws IOException {
        var other = NodeId.random();
        var before = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), before);
        zone.tick();
        restart();
        var way = dial(other);
        zone.inventory(other, Inventory.getDefaultInstance(), way);
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        assertEquals(List.of(), way.wishes(), "the host that it had before may run it");
        var back = dial(node);
        zone.inventory(node, inventory(seen(node, 1, Phase.PHASE_RUNNING)), back);
        zone.tick();
        assertEquals(List.of(), way.wishes());
        assertEquals(List.of(), back.wishes(), "it runs there and needs no telling");
    }

    @Test
    void aRestartedZonePlacesWhenTheHostsThatItHadStayAway() throws IOException {
        dial(NodeId.random());
        zone.tick();
        restart();
        var way = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), way);
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        assertEquals(List.of(), way.wishes());
        pass(Duration.ofSeconds(6));
        assertEquals(1, way.wishes().size());
    }

    /** Another one could not give it its volumes. */
    @Test
    void anInstanceGoesToAHostThatReachesTheClusterOfItsVolumes() {
        var wish = wish(1, PowerState.POWER_STATE_RUNNING).toBuilder()
                .addVolumes(AttachedVolume.newBuilder()
                        .setVolumeId("vol-0123456789abcdef0")
                        .setExport(VolumeExport.newBuilder()
                                .setCephImage(CephImage.newBuilder().setCluster("one"))))
                .build();
        dialReaching(NodeId.random(), "");
        dialReaching(NodeId.random(), "two");
        zone.apply(Map.of(instance, wish));
        pass(Duration.ofSeconds(1));
        assertEquals(List.of(Phase.PHASE_UNSCHEDULABLE), phases());
        var host = NodeId.random();
        dialReaching(host, "one");
        pass(Duration.ofSeconds(1));
        assertEquals(Phase.PHASE_SCHEDULED, phases().getLast());
        assertEquals(
                "one",
                zone.hosts(Optional.empty(), 3).stream()
                        .filter(each -> each.getInstanceCount() == 1)
                        .map(each -> each.getNodeId().equals(host.value()) ? each.getCephCluster() : "another host")
                        .findFirst()
                        .orElse("none"));
    }

    private void dialReaching(NodeId host, String cluster) {
        var way = new TestWay();
        zone.hello(host, GREETING.toBuilder().setCephCluster(cluster).build(), way);
        zone.inventory(host, inventory(), way);
    }

    @Test
    void aNewerSessionOfAHostReplacesTheOlder() {
        var older = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), older);
        var newer = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), newer);
        zone.observed(node, seen(node, 1, Phase.PHASE_RUNNING), older);
        assertTrue(zone.snapshot().observations().isEmpty(), "the older session is not heard any more");
        zone.disconnected(List.of(node), older);
        assertEquals(List.of(node.value()), zone.snapshot().completeNodes());
    }

    @Test
    void aSilentHostIsUnreachableAndComesBackByASignOfLife() {
        var way = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), way);
        pass(Duration.ofSeconds(11));
        assertEquals(HostState.HOST_STATE_UNREACHABLE, state());
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        assertEquals(List.of(), way.wishes(), "nothing is placed there meanwhile");
        zone.heartbeat(node, Heartbeat.getDefaultInstance(), way);
        assertEquals(HostState.HOST_STATE_UP, state());
        zone.tick();
        assertEquals(1, way.wishes().size());
        zone.goodbye(node, way);
        assertEquals(HostState.HOST_STATE_LEFT, state());
    }

    @Test
    void aTerminationThatNoHostKnowsEndsOnlyWhenAllHostsAnswer() {
        var way = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), way);
        pass(Duration.ofSeconds(11));
        zone.apply(Map.of(instance, wish(2, PowerState.POWER_STATE_TERMINATED)));
        zone.tick();
        assertFalse(phases().contains(Phase.PHASE_GONE), "the unreachable host may have it");
        zone.heartbeat(node, Heartbeat.getDefaultInstance(), way);
        zone.tick();
        assertTrue(phases().contains(Phase.PHASE_GONE));
    }

    @Test
    void anInventoryWithoutAnInstanceThatRanTellsItsLoss() {
        var way = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), way);
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        zone.observed(node, seen(node, 1, Phase.PHASE_RUNNING), way);
        var back = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), back);
        assertEquals(Phase.PHASE_FAILED, phases().getLast());
        assertEquals(List.of(), back.wishes(), "it is not made anew without its disk");
    }

    @Test
    void anInventoryWithoutATerminatedInstanceTellsItsEnd() {
        var way = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), way);
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        zone.observed(node, seen(node, 1, Phase.PHASE_RUNNING), way);
        zone.apply(Map.of(instance, wish(2, PowerState.POWER_STATE_TERMINATED)));
        var back = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), back);
        assertEquals(Phase.PHASE_GONE, phases().getLast());
        assertTrue(zone.snapshot().observations().isEmpty());
    }

    @Test
    void aStoppedInstanceFreesProcessorsButNotItsDisk() {
        var way = dial(node);
        zone.inventory(node, Inventory.getDefaultInstance(), way);
        zone.apply(Map.of(instance, wish(1, PowerState.POWER_STATE_RUNNING)));
        zone.observed(node, seen(node, 1, Phase.PHASE_RUNNING), way);
        zone.apply(Map.of(instance, wish(2, PowerState.POWER_STATE_STOPPED)));
        zone.observed(node, seen(node, 2, Phase.PHASE_STOPPED), way);
        var used = zone.hosts(Optional.empty(), 1).getFirst().getUsed();
        assertEquals(0, used.getVcpus());
        assertEquals(0, used.getMemoryMib());
        assertEquals(1024, used.getDiskMib());
        var other = InstanceId.random();
        zone.apply(Map.of(
                other,
                wish(1, PowerState.POWER_STATE_RUNNING).toBuilder()
                        .setInstanceId(other.value())
                        .setMachine(Machine.newBuilder().setVcpus(4).setMemoryMib(512))
                        .build()));
        zone.apply(Map.of(instance, wish(3, PowerState.POWER_STATE_RUNNING)));
        assertEquals(Phase.PHASE_UNSCHEDULABLE, phases().getLast(), "its host is full now");
        zone.apply(Map.of(
                other,
                wish(2, PowerState.POWER_STATE_TERMINATED).toBuilder()
                        .setInstanceId(other.value())
                        .build()));
        zone.observed(
                node,
                seen(node, 2, Phase.PHASE_GONE).toBuilder()
                        .setInstanceId(other.value())
                        .build(),
                way);
        zone.tick();
        assertEquals(3, way.wishes().getLast().getGeneration());
        assertEquals(instance.value(), way.wishes().getLast().getInstanceId());
    }

    @Test
    void aSecondHostWithTheSameInstanceStopsItsCopyAndKeepsItsDisk() {
        var other = NodeId.random();
        var way = dial(node);
        var otherWay = dial(other);
        zone.inventory(node, inventory(seen(node, 1, Phase.PHASE_RUNNING)), way);
        zone.inventory(other, inventory(seen(other, 1, Phase.PHASE_RUNNING)), otherWay);
        zone.tick();
        assertEquals(List.of(), otherWay.wishes(), "nobody is stopped before the cloud has said what it wants");

        zone.apply(Map.of(instance, on(node, wish(1, PowerState.POWER_STATE_RUNNING))));
        zone.tick();
        assertEquals(List.of(), way.wishes());
        assertEquals(1, otherWay.wishes().size());
        assertEquals(
                PowerState.POWER_STATE_STOPPED, otherWay.wishes().getFirst().getPower());

        zone.observed(other, seen(other, 1, Phase.PHASE_STOPPED), otherWay);
        pass(Duration.ofSeconds(9));
        assertEquals(1, otherWay.wishes().size(), "it has stopped");
        assertEquals(List.of(Phase.PHASE_RUNNING), phases(), "the cloud hears of the host that keeps it");

        zone.heartbeat(node, Heartbeat.getDefaultInstance(), way);
        zone.heartbeat(other, Heartbeat.getDefaultInstance(), otherWay);
        zone.apply(Map.of(instance, on(node, wish(2, PowerState.POWER_STATE_TERMINATED))));
        zone.tick();
        assertEquals(PowerState.POWER_STATE_TERMINATED, way.wishes().getLast().getPower());
        assertEquals(
                PowerState.POWER_STATE_TERMINATED, otherWay.wishes().getLast().getPower());
    }

    @Test
    void theHostThatTheCloudNamesKeepsAnInstanceThoughAnotherToldFirst() {
        var other = NodeId.random();
        var otherWay = dial(other);
        var way = dial(node);
        zone.inventory(other, inventory(seen(other, 1, Phase.PHASE_RUNNING)), otherWay);
        zone.inventory(node, inventory(seen(node, 1, Phase.PHASE_RUNNING)), way);
        zone.apply(Map.of(instance, on(node, wish(1, PowerState.POWER_STATE_RUNNING))));
        zone.tick();
        assertEquals(node, zone.carrier(instance).orElseThrow().node());
        assertEquals(PowerState.POWER_STATE_STOPPED, otherWay.wishes().getLast().getPower());
        assertTrue(way.wishes().stream().noneMatch(wish -> wish.getPower() != PowerState.POWER_STATE_RUNNING));
    }

    @Test
    void nobodyStopsACopyWhileTheHostThatShouldKeepItIsAway() {
        var other = NodeId.random();
        var way = dial(node);
        var otherWay = dial(other);
        zone.inventory(node, inventory(seen(node, 1, Phase.PHASE_RUNNING)), way);
        zone.apply(Map.of(instance, on(node, wish(1, PowerState.POWER_STATE_RUNNING))));
        zone.disconnected(List.of(node), way);
        zone.inventory(other, inventory(seen(other, 1, Phase.PHASE_RUNNING)), otherWay);
        zone.tick();
        assertEquals(List.of(), otherWay.wishes());
    }

    private static DesiredInstance on(NodeId host, DesiredInstance wish) {
        return wish.toBuilder().setNodeId(host.value()).build();
    }

    private void restart() throws IOException {
        log = new ZoneEventLog(1000);
        zone = new Zone(
                ZoneSettings.defaults("us-east-1a"),
                new FirstFitScheduler(),
                log,
                new TestClock(),
                HostRoster.open(folder.resolve("hosts")));
    }

    private void pass(Duration time) {
        now = now.plus(time);
        zone.tick();
    }

    private HostState state() {
        return zone.hosts(Optional.empty(), 1).getFirst().getState();
    }

    private List<Phase> phases() {
        return log.after(0, 1000).orElseThrow().stream()
                .filter(event -> event.hasObservation())
                .map(event -> event.getObservation().getPhase())
                .toList();
    }

    private TestWay dial(NodeId host) {
        var way = new TestWay();
        zone.hello(host, GREETING, way);
        return way;
    }

    private static Inventory inventory(Observation... items) {
        var inventory = Inventory.newBuilder();
        for (var item : items) {
            inventory.addItems(InventoryItem.newBuilder().setObservation(item));
        }
        return inventory.build();
    }

    private Observation seen(NodeId by, long generation, Phase phase) {
        return Observation.newBuilder()
                .setInstanceId(instance.value())
                .setNodeId(by.value())
                .setGeneration(generation)
                .setPhase(phase)
                .build();
    }

    private DesiredInstance wish(long generation, PowerState power) {
        return DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(generation)
                .setPower(power)
                .setMachine(Machine.newBuilder().setVcpus(1).setMemoryMib(512).setRootDiskMib(1024))
                .build();
    }

    /** Remembers what was sent to a host. */
    private static final class TestWay implements HostConnection {
        private final List<ClusterMessage> sent = new ArrayList<>();

        @Override
        public void send(ClusterMessage message) {
            sent.add(message);
        }

        List<DesiredInstance> wishes() {
            return sent.stream()
                    .filter(ClusterMessage::hasDesired)
                    .map(ClusterMessage::getDesired)
                    .toList();
        }
    }

    /** A clock that stands still until the test moves it. */
    private final class TestClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
