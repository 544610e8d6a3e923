package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.token.ClientTokens;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CopyVolumesRequest;

/** If this fails, a copy of a volume is of another moment than was answered for, or what it was made from takes room for ever. */
class VolumeCopiesTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final VolumeCopyActions actions = new VolumeCopyActions(
            DATABASE,
            cloud.store,
            cloud.shapes,
            new VolumeCopies(cloud.store, cloud.snapshots, cloud.snapshotTaker, cloud.events, Clock.systemUTC()),
            cloud.keeper,
            new ClientTokens(Clock.systemUTC()));

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void start() {
        cloud.empty();
        DATABASE.truncate("client_tokens");
        cloud.keeper.start();
        cloud.snapshotKeeper.start();
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void aCopyIsTakenBeforeTheAnswerAndLeavesNothingBehind() {
        var source = cloud.available(2, null);
        var copy = copy(source, request -> request.size(3).tagSpecifications(tags -> tags.resourceType("volume")
                .tags(tag -> tag.key("of").value("it"))));
        assertEquals(1, cloud.ebs.snapshots.size());
        assertEquals(source, cloud.ebs.snapshots.getFirst().getSnapshot().getVolumeId());
        assertEquals("creating", copy.stateAsString());
        assertEquals(source, copy.sourceVolumeId());
        assertEquals("", copy.snapshotId());
        assertEquals(3, copy.size());
        assertEquals("of", copy.tags().getFirst().key());
        assertTrue(cloud.snapshots.visible(ALICE, null, null, 10).isEmpty(), "its snapshot is shown");

        cloud.eventually("it is made", () -> state(copy.volumeId()) == VolumeState.AVAILABLE);
        var snapshot = cloud.ebs.told(copy.volumeId()).getSnapshotId();
        assertFalse(snapshot.isEmpty());
        cloud.eventually(
                "nothing is left of its snapshot",
                () -> cloud.snapshots.states(List.of(snapshot)).isEmpty());
        assertEquals(VolumeState.AVAILABLE, state(copy.volumeId()));
    }

    @Test
    void oneThatCannotBeTakenNowIsMadeWhenItIs() {
        var source = cloud.available(1, null);
        cloud.ebs.away = true;
        var copy = copy(source, request -> {});
        cloud.available(1, null);
        // The other one was told of, and this one was not: there is nothing to make it from.
        assertEquals("", cloud.ebs.told(copy.volumeId()).getVolumeId());
        assertEquals(VolumeState.CREATING, state(copy.volumeId()));
        cloud.ebs.away = false;
        cloud.eventually("it is made", () -> state(copy.volumeId()) == VolumeState.AVAILABLE);
    }

    @Test
    void whatIsAskedForTwiceIsMadeOnceAndWhatCannotBeHadLeavesNothing() {
        var source = cloud.available(2, null);
        var once = copy(source, request -> request.clientToken("once"));
        assertEquals(
                once.volumeId(),
                copy(source, request -> request.clientToken("once")).volumeId());
        refused("InvalidParameterValue", source, request -> request.size(1));
        refused("UnknownVolumeType", source, request -> request.volumeType("gp9"));
        refused("InvalidParameterCombination", source, request -> request.multiAttachEnabled(true));
        refused("InvalidVolume.NotFound", "vol-00000000000000009", request -> {});
        assertEquals(
                "InvalidVolume.NotFound",
                VolumeFixture.code(() -> actions.copy(
                        TestRequests.by(BOB, "CopyVolumes"),
                        CopyVolumesRequest.builder().sourceVolumeId(source).build())));
        cloud.eventually(
                "one copy and no snapshot",
                () -> cloud.store.list(ALICE, null, null, 10).size() == 2
                        && DATABASE.call(entities -> entities.createQuery(
                                                "select count(s) from SnapshotRow s", Long.class)
                                        .getSingleResult())
                                == 0);
    }

    private void refused(String code, String source, Consumer<CopyVolumesRequest.Builder> change) {
        assertEquals(code, VolumeFixture.code(() -> copy(source, change)));
    }

    private software.amazon.awssdk.services.ec2.model.Volume copy(
            String source, Consumer<CopyVolumesRequest.Builder> change) {
        var request = CopyVolumesRequest.builder().sourceVolumeId(source);
        change.accept(request);
        return actions.copy(TestRequests.by(ALICE, "CopyVolumes"), request.build())
                .volumes()
                .getFirst();
    }

    private VolumeState state(String id) {
        return cloud.store.list(ALICE, List.of(id), null, 1).getFirst().state();
    }
}
