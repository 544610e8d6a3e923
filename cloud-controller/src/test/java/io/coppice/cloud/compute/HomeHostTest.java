package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * If this failed, the storage of an instance's volumes would let in another host than the one that has it, and a guest whose launch went
 * from one host to another would not get at its disk.
 */
class HomeHostTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final String FIRST = "n-0123456789abcdef0";
    private static final String SECOND = "n-0123456789abcdef1";
    private static final ZoneNews NOBODY_HEARS = new ZoneNews() {
        @Override
        public void startedAnew() {}

        @Override
        public void spokeOf(Collection<String> instanceIds) {}
    };

    private final CloudFixture cloud = new CloudFixture(DATABASE);
    private final InstanceVolumeHolders holders = new InstanceVolumeHolders(DATABASE, zone -> {});
    private final List<String> moved = new ArrayList<>();
    private long sequence;

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void aHostIsAnInstancesOnceItHasRunThere() {
        var id = cloud.runOne();
        observe(id, FIRST, Phase.PHASE_SCHEDULED);
        observe(id, SECOND, Phase.PHASE_SCHEDULED);
        assertEquals(List.of(), moved);
        assertEquals(Map.of(), hosts(id));
        observe(id, SECOND, Phase.PHASE_RUNNING);
        assertEquals(List.of(id), moved);
        assertEquals(Map.of(id, SECOND), hosts(id));
        observe(id, SECOND, Phase.PHASE_RUNNING);
        assertEquals(List.of(id), moved, "told for nothing");
        // It was moved while it ran.
        observe(id, FIRST, Phase.PHASE_RUNNING);
        assertEquals(List.of(id, id), moved);
        assertEquals(Map.of(id, FIRST), hosts(id));
        assertEquals(Map.of(), DATABASE.call(entities -> holders.hosts(entities, List.of())));
    }

    private Map<String, String> hosts(String id) {
        return DATABASE.call(entities -> holders.hosts(entities, List.of(id)));
    }

    private void observe(String id, String node, Phase phase) {
        var ingest = new ObservationIngest(
                DATABASE,
                cloud.events,
                new ZoneReconciler.Belongings(
                        new FlatNetwork(
                                account -> new NetworkNames.DefaultNames("", "", "", ""),
                                new LanAddresses(),
                                CloudFixture.ZONE),
                        new NoVolumes() {
                            @Override
                            public void moved(EntityManager entities, Collection<String> instanceIds) {
                                moved.addAll(instanceIds);
                            }
                        },
                        new NoCopies()),
                Clock.systemUTC(),
                CloudFixture.ZONE,
                NOBODY_HEARS);
        var ignored = ingest.ingest(List.of(ZoneEvent.newBuilder()
                .setObservation(Observation.newBuilder()
                        .setInstanceId(id)
                        .setGeneration(1)
                        .setPhase(phase)
                        .setNodeId(node)
                        .setNodeEpoch(1)
                        .setSequence(++sequence))
                .build()));
    }
}
