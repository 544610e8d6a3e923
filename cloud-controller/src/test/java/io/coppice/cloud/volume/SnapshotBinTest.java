package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.ListSnapshotsInRecycleBinRequest;
import software.amazon.awssdk.services.ec2.model.RestoreSnapshotFromRecycleBinRequest;
import software.amazon.awssdk.services.ec2.model.SnapshotRecycleBinInfo;

/** If this fails, a snapshot that was deleted by mistake is lost, or one that should be gone takes room for ever. */
class SnapshotBinTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();
    private static final ChangeCause CAUSE = new ChangeCause("test", "alice", "", "A test");

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(
                "volume", "volume_attachment", "volume_modification", "snapshot", "snapshot_volume_permission", "tag");
    }

    @Test
    void whatIsDeletedCanBeHadBackByItsOwner() {
        try (var cloud = start(Duration.ofHours(1))) {
            var actions = actions(cloud);
            var id = snapshot(cloud);
            assertEquals("InvalidSnapshot.NotFound", code(() -> restore(actions, ALICE, id)));
            assertTrue(delete(cloud, id));
            assertTrue(cloud.snapshots.visible(ALICE, List.of(id), null, 1).isEmpty());
            assertTrue(!delete(cloud, id), "it was deleted twice");
            var seen = list(actions, ALICE, id).getFirst();
            assertEquals(Duration.ofHours(1), Duration.between(seen.recycleBinEnterTime(), seen.recycleBinExitTime()));
            assertEquals("InvalidSnapshot.NotFound", code(() -> list(actions, BOB, id)));
            assertEquals("InvalidSnapshot.NotFound", code(() -> restore(actions, BOB, id)));

            assertEquals("completed", restore(actions, ALICE, id));
            assertEquals(1, cloud.snapshots.visible(ALICE, List.of(id), null, 1).size());
            assertEquals("InvalidSnapshot.NotFound", code(() -> list(actions, ALICE, id)));
            assertTrue(cloud.ebs.snapshots.stream()
                    .noneMatch(told -> told.getSnapshot().getDeleted()));
        }
    }

    @Test
    void whatNobodyWantedBackIsGoneInTheEnd() {
        try (var cloud = start(Duration.ofMillis(1))) {
            var id = snapshot(cloud);
            assertTrue(delete(cloud, id));
            cloud.eventually(
                    "it is gone", () -> cloud.snapshots.states(List.of(id)).isEmpty());
            assertTrue(cloud.ebs.snapshots.getLast().getSnapshot().getDeleted());
        }
    }

    private static VolumeFixture start(Duration retention) {
        var cloud = new VolumeFixture(DATABASE, retention);
        cloud.keeper.start();
        cloud.snapshotKeeper.start();
        return cloud;
    }

    private static StoredSnapshots stored(VolumeFixture cloud) {
        return new StoredSnapshots(
                cloud.store,
                cloud.snapshots,
                cloud.snapshotTaker,
                cloud.bin,
                List.of(),
                cloud.encryption,
                cloud.events);
    }

    private static SnapshotBinActions actions(VolumeFixture cloud) {
        return new SnapshotBinActions(DATABASE, cloud.bin, cloud.events, new Pages(new PageTokens(() -> new byte[32])));
    }

    private static String snapshot(VolumeFixture cloud) {
        var wish = new Snapshots.Wish(cloud.available(1, null), null, 1, "", Map.of());
        var ids = DATABASE.call(entities -> stored(cloud).want(entities, CAUSE, ALICE, List.of(wish)));
        stored(cloud).begin(ids);
        cloud.eventually("it is taken", () -> cloud.snapshots.states(ids).containsValue(SnapshotState.COMPLETED));
        return ids.getFirst();
    }

    private static boolean delete(VolumeFixture cloud, String id) {
        return DATABASE.call(entities -> stored(cloud).delete(entities, CAUSE, ALICE, id));
    }

    private static List<SnapshotRecycleBinInfo> list(SnapshotBinActions actions, AccountId account, String id) {
        return actions.list(
                        TestRequests.by(account, "ListSnapshotsInRecycleBin"),
                        ListSnapshotsInRecycleBinRequest.builder()
                                .snapshotIds(id)
                                .build())
                .snapshots();
    }

    private static String restore(SnapshotBinActions actions, AccountId account, String id) {
        return actions.restore(
                        TestRequests.by(account, "RestoreSnapshotFromRecycleBin"),
                        RestoreSnapshotFromRecycleBinRequest.builder()
                                .snapshotId(id)
                                .build())
                .stateAsString();
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }
}
