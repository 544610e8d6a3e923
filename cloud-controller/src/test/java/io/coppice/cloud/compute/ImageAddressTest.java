package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this failed, guests whose image's address ran out before it had arrived would stand still for ever. */
class ImageAddressTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final ZoneNews NOBODY_HEARS = new ZoneNews() {
        @Override
        public void startedAnew() {}

        @Override
        public void spokeOf(Collection<String> instanceIds) {}
    };

    private final CloudFixture cloud = new CloudFixture(DATABASE);
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
    void anInstanceWhoseHostWantsAnAddressIsToldAgainAndStaysRunning() {
        var id = cloud.runOne();
        assertFalse(observe(id, false), "a guest that runs needs nothing");
        assertTrue(cloud.row(id).settled);

        assertTrue(observe(id, true));
        assertFalse(cloud.row(id).settled);
        assertNull(cloud.row(id).appliedAt, "due at once");
        assertEquals(InstanceState.RUNNING, cloud.row(id).state);

        assertFalse(observe(id, false));
        assertTrue(cloud.row(id).settled);
    }

    private boolean observe(String id, boolean wanted) {
        var ingest = new ObservationIngest(
                DATABASE,
                cloud.events,
                new ZoneReconciler.Belongings(
                        new FlatNetwork(
                                account -> new NetworkNames.DefaultNames("", "", "", ""),
                                new LanAddresses(),
                                CloudFixture.ZONE),
                        new NoVolumes(),
                        new NoCopies()),
                Clock.systemUTC(),
                CloudFixture.ZONE,
                NOBODY_HEARS);
        return ingest.ingest(List.of(ZoneEvent.newBuilder()
                .setObservation(Observation.newBuilder()
                        .setInstanceId(id)
                        .setGeneration(1)
                        .setPhase(Phase.PHASE_RUNNING)
                        .setNodeId("n-0123456789abcdef0")
                        .setNodeEpoch(1)
                        .setSequence(++sequence)
                        .setImageAddressWanted(wanted))
                .build()));
    }
}
