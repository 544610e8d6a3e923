package io.coppice.cluster.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cluster.schedule.Placement.NoCapacity;
import io.coppice.cluster.schedule.Placement.Placed;
import io.coppice.cluster.schedule.Placement.Unsatisfiable;
import io.coppice.foundation.id.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/** If this failed, instances would be sent to hosts that cannot carry them, or none would be found where one is. */
class SchedulerTest {
    private static final Logger LOG = Logger.getLogger(SchedulerTest.class);
    private static final Demand SMALL = new Demand(1, 1024, 1024);

    @Test
    void firstFitFillsAHostBeforeItTakesTheNext() {
        var hosts = hosts(3, new Demand(2, 8192, 8192));
        assertEquals(List.of(0, 0, 1, 1, 2, 2), placeAll(new FirstFitScheduler(), hosts, 6));
        assertInstanceOf(NoCapacity.class, new FirstFitScheduler().place(SMALL, hosts));
    }

    @Test
    void roundRobinTakesTurnsAndSkipsFullHosts() {
        var hosts = hosts(3, new Demand(2, 8192, 8192));
        hosts.get(1).used = new Demand(1, 0, 0);
        assertEquals(List.of(0, 1, 2, 0, 2), placeAll(new RoundRobinScheduler(), hosts, 5));
        assertInstanceOf(NoCapacity.class, new RoundRobinScheduler().place(SMALL, hosts));
    }

    @Test
    void eachOfProcessorsMemoryAndDiskCanBeTheLimit() {
        for (var limit : List.of(new Demand(1, 9, 9), new Demand(9, 1, 9), new Demand(9, 9, 1))) {
            var hosts = hosts(1, limit);
            assertInstanceOf(Placed.class, new FirstFitScheduler().place(new Demand(1, 1, 1), hosts));
            assertInstanceOf(Unsatisfiable.class, new FirstFitScheduler().place(new Demand(2, 2, 2), hosts));
        }
    }

    @Test
    void hostsThatTakeNothingAreNotChosen() {
        var hosts = hosts(2, new Demand(2, 8192, 8192));
        hosts.getFirst().schedulable = false;
        assertEquals(List.of(1), placeAll(new FirstFitScheduler(), hosts, 1));
        hosts.getLast().schedulable = false;
        assertInstanceOf(NoCapacity.class, new FirstFitScheduler().place(SMALL, hosts));
        assertInstanceOf(NoCapacity.class, new FirstFitScheduler().place(SMALL, List.of()));
    }

    @Test
    void anUnknownPolicyIsRefusedWithTheNamesThatExist() {
        var error = assertThrows(IllegalArgumentException.class, () -> Scheduler.named("best"));
        assertTrue(String.valueOf(error.getMessage()).contains("first-fit or round-robin"));
    }

    /** Prints what a placement costs where it costs most: all but the last of 5,000 hosts are full. */
    @Test
    void aPlacementLooksAtEveryHostAtMostOnce() {
        var hosts = hosts(5000, new Demand(2, 8192, 8192));
        hosts.subList(0, 4999).forEach(host -> host.used = new Demand(2, 0, 0));
        for (var policy : List.of(new FirstFitScheduler(), new RoundRobinScheduler())) {
            hosts.forEach(host -> host.looks = 0);
            var started = System.nanoTime();
            for (int i = 0; i < 1000; i++) {
                assertEquals(new Placed(hosts.getLast().id()), policy.place(SMALL, hosts));
            }
            LOG.infof(
                    "%s: %d µs for the last of 5,000 hosts",
                    policy.getClass().getSimpleName(), (System.nanoTime() - started) / 1_000_000);
            assertTrue(hosts.stream().allMatch(host -> host.looks <= 1000));
        }
    }

    private static List<Integer> placeAll(Scheduler scheduler, List<TestHost> hosts, int count) {
        var chosen = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            var placed = assertInstanceOf(Placed.class, scheduler.place(SMALL, hosts));
            var host = hosts.stream()
                    .filter(each -> each.id().equals(placed.node()))
                    .findFirst()
                    .orElseThrow();
            host.used = host.used.plus(SMALL);
            chosen.add(hosts.indexOf(host));
        }
        return chosen;
    }

    private static List<TestHost> hosts(int count, Demand total) {
        return IntStream.range(0, count).mapToObj(i -> new TestHost(total)).toList();
    }

    private static final class TestHost implements HostLoad {
        private final NodeId id = NodeId.random();
        private final Demand total;
        private Demand used = Demand.NONE;
        private boolean schedulable = true;
        private int looks;

        TestHost(Demand total) {
            this.total = total;
        }

        @Override
        public NodeId id() {
            return id;
        }

        @Override
        public boolean schedulable() {
            looks++;
            return schedulable;
        }

        @Override
        public Demand total() {
            return total;
        }

        @Override
        public Demand free() {
            return total.minus(used);
        }
    }
}
