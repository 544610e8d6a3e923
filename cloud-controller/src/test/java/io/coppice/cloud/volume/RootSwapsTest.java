package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.volume.RootSwaps.Origin;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, an instance has two root volumes or none, or its owner loses the one that was replaced. */
class RootSwapsTest {
    private static final String INSTANCE = "i-00000000000000001";
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final StoredSnapshots stored = new StoredSnapshots(
            cloud.store, cloud.snapshots, cloud.snapshotTaker, cloud.bin, List.of(), cloud.encryption, cloud.events);
    private final StoredRootSwaps swaps = new StoredRootSwaps(
            cloud.store, cloud.snapshots, cloud.shapes, cloud.book, cloud.holders, Clock.systemUTC());

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void start() {
        cloud.empty();
        cloud.keeper.start();
        cloud.snapshotKeeper.start();
        cloud.holders.rootIsVolume = true;
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void theNewVolumeIsNobodysUntilItTakesTheOldOnesPlace() {
        var old = bootVolume();
        var snapshot = snapshot(old);
        var made = make(new Origin.Chosen(snapshot, Set.of(old)));
        assertTrue(listed(made).isEmpty(), "it is shown before it is the root");
        eventuallyReady(made);
        assertEquals(snapshot, cloud.ebs.told(made).getSnapshotId());
        assertEquals(List.of(old), given());

        DATABASE.run(entities -> swaps.swap(entities, INSTANCE, made, null, Instant.now()));
        assertEquals(List.of(made), given());
        assertEquals("/dev/sda1", cloud.desired(INSTANCE).getFirst().getDevice());
        cloud.eventually("the old one is free", () -> listed(old).getFirst().state() == VolumeState.AVAILABLE);
        assertFalse(isAttached(made));
        cloud.observed(INSTANCE, List.of(made));
        assertTrue(isAttached(made));
        assertEquals(
                "/dev/sda1", listed(made).getFirst().attachments().getFirst().device());
        assertTrue(cloud.holders.told.contains(INSTANCE));
    }

    @Test
    void theOldVolumeGoesWhenItIsToBeDeleted() {
        var old = bootVolume();
        var made = make(new Origin.Launched(snapshot(old)));
        eventuallyReady(made);
        DATABASE.run(entities -> swaps.swap(entities, INSTANCE, made, old, Instant.now()));
        cloud.eventually("the old one is gone", () -> listed(old).isEmpty());
        assertEquals(List.of(made), given());
    }

    @Test
    void whatItsOwnerHasPutInThePlaceMeanwhileIsFreeAndNotDeleted() {
        var old = bootVolume();
        var made = make(new Origin.Launched(snapshot(old)));
        eventuallyReady(made);
        DATABASE.run(entities -> swaps.swap(entities, INSTANCE, made, "vol-00000000000000009", Instant.now()));
        cloud.eventually("it is free", () -> listed(old).getFirst().state() == VolumeState.AVAILABLE);
    }

    @Test
    void oneThatIsGivenUpLeavesTheOldOneAlone() {
        var old = bootVolume();
        var made = make(new Origin.Launched(snapshot(old)));
        eventuallyReady(made);
        DATABASE.run(entities -> swaps.discard(entities, made));
        cloud.eventually("it is gone", () -> DATABASE.call(entities -> entities.find(VolumeRow.class, made) == null));
        assertEquals(List.of(old), given());
        assertNotNull(DATABASE.call(entities -> String.valueOf(swaps.failure(entities, made))));
    }

    @Test
    void oneThatCannotBeMadeSaysWhy() {
        var old = bootVolume();
        var snapshot = snapshot(old);
        cloud.ebs.failure = "no room";
        var made = make(new Origin.Launched(snapshot));
        cloud.eventually("it has failed", () -> "no room"
                .equals(DATABASE.call(entities -> String.valueOf(swaps.failure(entities, made)))));
    }

    @Test
    void onlyRunningInstancesWithAVolumeAsRootAndSnapshotsOfTheirOwnRoots() {
        var old = bootVolume();
        var snapshot = snapshot(old);
        assertEquals(
                "InvalidParameterValue",
                VolumeFixture.code(() -> make(new Origin.Chosen(snapshot, Set.of("vol-00000000000000009")))));
        assertEquals(
                "InvalidSnapshot.NotFound",
                VolumeFixture.code(() -> make(new Origin.Launched("snap-00000000000000009"))));
        assertNull(root().snapshotId());
        cloud.holders.state = "stopped";
        assertEquals("IncorrectInstanceState", VolumeFixture.code(this::root));
        cloud.holders.state = "running";
        cloud.holders.rootIsVolume = false;
        assertEquals("UnsupportedOperation", VolumeFixture.code(this::root));
    }

    /** A volume that the instance has as its root disk. */
    private String bootVolume() {
        var id = cloud.available(2, null);
        cloud.holders.state = "stopped";
        cloud.attach(id, INSTANCE, "/dev/sda1");
        cloud.holders.state = "running";
        cloud.eventually("it is served", () -> !cloud.desired(INSTANCE).isEmpty());
        cloud.observed(INSTANCE, List.of(id));
        return id;
    }

    private String snapshot(String volume) {
        var cause = new ChangeCause("test", "alice", "", "A test");
        var ids = DATABASE.call(entities ->
                stored.want(entities, cause, ALICE, List.of(new Snapshots.Wish(volume, null, 2, "", Map.of()))));
        stored.begin(ids);
        cloud.eventually("it is taken", () -> cloud.snapshots.states(ids).containsValue(SnapshotState.COMPLETED));
        return ids.getFirst();
    }

    private RootSwaps.Root root() {
        return DATABASE.call(entities -> swaps.require(entities, ALICE, INSTANCE));
    }

    private String make(Origin origin) {
        return DATABASE.call(entities -> swaps.make(entities, ALICE, swaps.require(entities, ALICE, INSTANCE), origin));
    }

    private void eventuallyReady(String id) {
        swaps.signal();
        cloud.eventually("it is ready", () -> DATABASE.call(entities -> swaps.isReady(entities, id)));
    }

    private boolean isAttached(String id) {
        return DATABASE.call(entities -> swaps.isAttached(entities, id));
    }

    private List<Volume> listed(String id) {
        return cloud.store.list(ALICE, List.of(id), null, 1);
    }

    /** The volumes that the instance's host should give it. */
    private List<String> given() {
        return cloud.desired(INSTANCE).stream().map(each -> each.getVolumeId()).toList();
    }
}
