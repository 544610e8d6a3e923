package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.schedule.RoundRobinScheduler;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.node.v1.Capacity;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.Inventory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, instances that must survive each other's host would share one, or a cluster would be scattered. */
class PlacementGroupTest {
    private static final int HOSTS = 3;
    private static final int ROOM = 4;

    @TempDir
    Path folder;

    private final Map<String, String> placed = new HashMap<>();
    private Zone zone;

    @BeforeEach
    void openZone() throws IOException {
        zone = new Zone(
                ZoneSettings.defaults("us-east-1a"),
                new RoundRobinScheduler(),
                new ZoneEventLog(1000),
                Clock.systemUTC(),
                HostRoster.open(folder.resolve("hosts")));
        for (int host = 0; host < HOSTS; host++) {
            var node = NodeId.random();
            var way = (HostConnection) this::remember;
            zone.hello(
                    node,
                    Hello.newBuilder()
                            .setCapacity(Capacity.newBuilder()
                                    .setVcpus(ROOM)
                                    .setMemoryMib(4096)
                                    .setDiskMib(8192))
                            .build(),
                    way);
            zone.inventory(node, Inventory.getDefaultInstance(), way);
        }
        assertEquals(HOSTS, zone.hosts(Optional.empty(), 9).size());
    }

    @Test
    void aSpreadGroupHasOneInstanceAHost() {
        var hosts = IntStream.range(0, HOSTS)
                .mapToObj(each -> launch(machine -> machine.setSpreadGroup("pg-1")))
                .toList();
        assertEquals(HOSTS, Set.copyOf(hosts).size());
        assertEquals("", launch(machine -> machine.setSpreadGroup("pg-1")), "there is no fourth host");
        assertNotEquals("", launch(machine -> machine.setSpreadGroup("pg-2")), "others are not kept away");
    }

    @Test
    void partitionsShareNoHostAndTheirInstancesMay() {
        var first = launch(machine -> machine.setPartitionGroup("pg-1").setPartition(1));
        var second = launch(machine -> machine.setPartitionGroup("pg-1").setPartition(2));
        var third = launch(machine -> machine.setPartitionGroup("pg-1").setPartition(3));
        assertEquals(HOSTS, Set.of(first, second, third).size());
        assertEquals(first, launch(machine -> machine.setPartitionGroup("pg-1").setPartition(1)));
        assertEquals(third, launch(machine -> machine.setPartitionGroup("pg-1").setPartition(3)));
        assertEquals("", launch(machine -> machine.setPartitionGroup("pg-1").setPartition(4)));
    }

    @Test
    void aClusterStandsTogetherAsFarAsThereIsRoom() {
        var hosts = IntStream.range(0, ROOM)
                .mapToObj(each -> launch(machine -> machine.setClusterGroup("pg-1")))
                .toList();
        assertEquals(1, Set.copyOf(hosts).size(), hosts.toString());
        var next = launch(machine -> machine.setClusterGroup("pg-1"));
        assertNotEquals(hosts.getFirst(), next, "the host is full");
        assertEquals(next, launch(machine -> machine.setClusterGroup("pg-1")));
    }

    /** The host that was told to run it, empty when none was. */
    private String launch(Consumer<Machine.Builder> company) {
        var machine = Machine.newBuilder().setVcpus(1).setMemoryMib(512).setRootDiskMib(1024);
        company.accept(machine);
        var id = InstanceId.random();
        zone.apply(Map.of(
                id,
                DesiredInstance.newBuilder()
                        .setInstanceId(id.value())
                        .setGeneration(1)
                        .setPower(PowerState.POWER_STATE_RUNNING)
                        .setMachine(machine)
                        .build()));
        return placed.getOrDefault(id.value(), "");
    }

    private void remember(ClusterMessage message) {
        if (message.hasDesired()) {
            placed.put(message.getDesired().getInstanceId(), message.getNodeId());
        }
    }

    @Test
    void nobodyElseIsHeld() {
        assertEquals(
                List.of(true, true),
                List.of(!launch(m -> {}).isEmpty(), !launch(m -> {}).isEmpty()));
    }
}
