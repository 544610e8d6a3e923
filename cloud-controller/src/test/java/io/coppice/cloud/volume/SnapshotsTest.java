package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.sharing.TestSharing;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/** If this fails, a backup that was answered for is not there, or somebody else can read it. */
class SnapshotsTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private @Nullable String user;
    private final StoredSnapshots stored = new StoredSnapshots(
            cloud.store,
            cloud.snapshots,
            cloud.snapshotTaker,
            cloud.bin,
            List.of((entities, snapshot) -> Optional.ofNullable(user)),
            cloud.encryption,
            cloud.events);
    private final SnapshotActions actions =
            new SnapshotActions(DATABASE, cloud.snapshots, cloud.store, stored, TestSite.config());
    private final SnapshotQueries queries =
            new SnapshotQueries(cloud.snapshots, new Pages(new PageTokens(() -> new byte[32])));
    private final SnapshotAttributeActions attributes =
            new SnapshotAttributeActions(DATABASE, cloud.snapshots, TestSharing.in(DATABASE), cloud.events);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void start() {
        cloud.empty();
        cloud.keeper.start();
        cloud.snapshotKeeper.start();
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void aSnapshotIsTakenBeforeItIsAnsweredForAndOutlivesItsVolume() {
        var volume = cloud.available(2, null);
        var id = create(volume);
        assertTrue(!cloud.ebs.snapshots.isEmpty(), "nobody was told of it");
        var seen = describe(ALICE, request -> request.snapshotIds(id)).getFirst();
        assertEquals("completed", seen.stateAsString());
        assertEquals("100%", seen.progress());
        assertEquals(2, seen.volumeSize());
        cloud.delete(volume);
        var clone = cloud.available(3, id);
        assertEquals(id, cloud.ebs.told(clone).getSnapshotId());
        assertEquals("InvalidParameterValue", code(() -> cloud.available(1, id)));
        delete(ALICE, id);
        cloud.eventually("it is gone", () -> describe(ALICE, request -> {}).isEmpty());
        assertEquals("InvalidSnapshot.NotFound", code(() -> delete(ALICE, id)));
        assertEquals("InvalidSnapshot.NotFound", code(() -> cloud.available(3, id)));
    }

    @Test
    void thoseThatAreAskedForTogetherAreOfOneMoment() {
        var wishes = List.of(
                new Snapshots.Wish(cloud.available(1, null), null, 1, "", Map.of()),
                new Snapshots.Wish(cloud.available(1, null), null, 1, "", Map.of()));
        cloud.ebs.away = true;
        var cause = new ChangeCause("CreateSnapshots", "alice", "", "Take 2 snapshots");
        var ids = DATABASE.call(entities -> stored.want(entities, cause, ALICE, wishes));
        stored.begin(ids);
        // Also when they are told of later, one by one.
        cloud.ebs.away = false;
        cloud.eventually("both are told of", () -> cloud.ebs.snapshots.size() >= 2);
        var moments = cloud.ebs.snapshots.stream()
                .map(request -> request.getSnapshot().getMomentId())
                .distinct()
                .toList();
        assertEquals(1, moments.size());
        assertTrue(!moments.getFirst().isEmpty());
        assertEquals(2, cloud.ebs.snapshots.getFirst().getSnapshot().getMomentSize());
        cloud.ebs.snapshots.clear();
        create(wishes.getFirst().volumeId());
        assertEquals("", cloud.ebs.snapshots.getFirst().getSnapshot().getMomentId());
    }

    @Test
    void aGuestWithAnAgentStandsStillWhileItsVolumesAreKept() {
        var instance = "i-00000000000000001";
        var volume = cloud.available(1, null);
        cloud.attach(volume, instance, "/dev/sdf");
        var quiet = create(volume);
        assertEquals(List.of(), cloud.freezer.asked);
        assertEquals(0, told(quiet, "snapshot.frozen") + told(quiet, "snapshot.not-frozen"));

        cloud.freezer.hasAgent = true;
        cloud.ebs.snapshots.clear();
        cloud.freezer.atBegin = () -> assertTrue(cloud.ebs.snapshots.isEmpty(), "taken before it was frozen");
        cloud.freezer.atEnd = () -> assertTrue(!cloud.ebs.snapshots.isEmpty(), "thawed before it was taken");
        var frozen = create(volume);
        assertEquals(List.of("freeze " + instance + " for " + volume, "end " + instance), cloud.freezer.asked);
        assertEquals(1, told(frozen, "snapshot.frozen"));

        cloud.freezer.atBegin = () -> {};
        cloud.freezer.outcome = new GuestFreezer.Outcome.NotFrozen("its agent did not freeze it in time");
        var failed = create(volume);
        assertEquals(1, told(failed, "snapshot.not-frozen"));
        assertEquals(
                "completed",
                describe(ALICE, request -> request.snapshotIds(failed))
                        .getFirst()
                        .stateAsString());
    }

    @Test
    void aGuestGoesOnAlthoughItsSnapshotCannotBeTaken() {
        var volume = cloud.available(1, null);
        cloud.attach(volume, "i-00000000000000001", "/dev/sdf");
        cloud.freezer.hasAgent = true;
        cloud.ebs.away = true;
        var id = create(volume);
        assertEquals(2, cloud.freezer.asked.size(), "it was not thawed");
        assertEquals(1, told(id, "snapshot.not-frozen"));
    }

    private long told(String snapshot, String kind) {
        return cloud.events.kindsOf(snapshot).stream().filter(kind::equals).count();
    }

    @Test
    void oneThatAnImageIsMadeOfStays() {
        var id = create(cloud.available(1, null));
        user = "ami-0123456789abcdef0";
        assertEquals("InvalidSnapshot.InUse", code(() -> delete(ALICE, id)));
        assertEquals("completed", describe(ALICE, request -> {}).getFirst().stateAsString());
        user = null;
        delete(ALICE, id);
        cloud.eventually("it is gone", () -> describe(ALICE, request -> {}).isEmpty());
    }

    @Test
    void oneThatCannotBeTakenNowIsTakenLater() {
        var volume = cloud.available(1, null);
        cloud.ebs.away = true;
        var id = create(volume);
        assertEquals("pending", describe(ALICE, request -> {}).getFirst().stateAsString());
        assertEquals("IncorrectState", code(() -> cloud.available(1, id)));
        cloud.ebs.away = false;
        cloud.eventually(
                "it is taken",
                () -> describe(ALICE, request -> {}).getFirst().stateAsString().equals("completed"));
    }

    @Test
    void onlyThoseWhoMayUseIt() {
        var id = create(cloud.available(1, null));
        assertTrue(describe(BOB, request -> {}).isEmpty());
        assertEquals("InvalidSnapshot.NotFound", code(() -> describe(BOB, request -> request.snapshotIds(id))));
        modify(id, request -> request.createVolumePermission(change -> change.add(add -> add.userId(BOB.value()))));
        assertEquals(1, describe(BOB, request -> {}).size());
        assertEquals(
                1, describe(BOB, request -> request.restorableByUserIds("self")).size());
        assertEquals(0, describe(BOB, request -> request.ownerIds("self")).size());
        assertEquals("AuthFailure", code(() -> delete(BOB, id)));
        var permissions = attributes
                .describe(
                        TestRequests.by(ALICE, "DescribeSnapshotAttribute"),
                        DescribeSnapshotAttributeRequest.builder()
                                .snapshotId(id)
                                .attribute("createVolumePermission")
                                .build())
                .createVolumePermissions();
        assertEquals(BOB.value(), permissions.getFirst().userId());
        modify(id, request -> request.attribute("createVolumePermission")
                .operationType("add")
                .groupNames("all"));
        assertEquals(
                1, describe(BOB, request -> request.restorableByUserIds("all")).size());
        attributes.reset(
                TestRequests.by(ALICE, "ResetSnapshotAttribute"),
                ResetSnapshotAttributeRequest.builder()
                        .snapshotId(id)
                        .attribute("createVolumePermission")
                        .build());
        assertTrue(describe(BOB, request -> {}).isEmpty());
    }

    @Test
    void nothingBecomesPublicWhileItsOwnerForbidsItAndOfAllIsHiddenWhatIs() {
        var id = create(cloud.available(1, null));
        modify(id, request -> request.createVolumePermission(change -> change.add(add -> add.group("all"))));
        TestSharing.blockSnapshots(DATABASE, ALICE, "block-new-sharing");
        assertEquals(1, describe(BOB, request -> {}).size());
        var other = create(cloud.available(1, null));
        Consumer<ModifySnapshotAttributeRequest.Builder> publish =
                request -> request.createVolumePermission(change -> change.add(add -> add.group("all")));
        assertEquals("OperationNotPermitted", code(() -> modify(other, publish)));

        TestSharing.blockSnapshots(DATABASE, ALICE, "block-all-sharing");
        assertTrue(describe(BOB, request -> {}).isEmpty());
        assertEquals("InvalidSnapshot.NotFound", code(() -> cloud.snapshots.require(BOB, id)));
        assertEquals(2, describe(ALICE, request -> {}).size());
        // Who is named has it all the same, and what is public is still told so.
        modify(id, request -> request.createVolumePermission(change -> change.add(add -> add.userId(BOB.value()))));
        assertEquals(1, describe(BOB, request -> {}).size());
        modify(id, request -> request.createVolumePermission(change -> change.remove(no -> no.userId(BOB.value()))));
        assertTrue(describe(BOB, request -> {}).isEmpty());
        TestSharing.unblockSnapshots(DATABASE, ALICE);
        assertEquals(1, describe(BOB, request -> {}).size());
        modify(other, publish);
        assertEquals(2, describe(BOB, request -> {}).size());
    }

    @Test
    void aCopyIsAnothersOwn() {
        var id = actions.create(
                        TestRequests.by(ALICE, "CreateSnapshot"),
                        CreateSnapshotRequest.builder()
                                .volumeId(cloud.available(1, null))
                                .description("before the update")
                                .build())
                .snapshotId();
        var copy = actions.copy(
                        TestRequests.by(ALICE, "CopySnapshot"),
                        CopySnapshotRequest.builder()
                                .sourceRegion(TestSite.config().region())
                                .sourceSnapshotId(id)
                                .build())
                .snapshotId();
        var told = cloud.ebs.snapshots.getLast().getSnapshot();
        assertEquals(copy, told.getSnapshotId());
        assertEquals(id, told.getSourceSnapshotId());
        assertEquals(2, describe(ALICE, request -> request.maxResults(5)).size());
        // As on AWS; a client that finds another description than it gave makes the copy anew.
        assertEquals(
                "",
                describe(ALICE, request -> request.snapshotIds(copy)).getFirst().description());
        create(cloud.available(1, null));
        assertEquals("SnapshotLimitExceeded", code(() -> create(cloud.available(1, null))));
    }

    private String create(String volume) {
        return actions.create(
                        TestRequests.by(ALICE, "CreateSnapshot"),
                        CreateSnapshotRequest.builder().volumeId(volume).build())
                .snapshotId();
    }

    private void delete(AccountId account, String id) {
        actions.delete(
                TestRequests.by(account, "DeleteSnapshot"),
                DeleteSnapshotRequest.builder().snapshotId(id).build());
    }

    private void modify(String id, Consumer<ModifySnapshotAttributeRequest.Builder> change) {
        var request = ModifySnapshotAttributeRequest.builder().snapshotId(id);
        change.accept(request);
        attributes.modify(TestRequests.by(ALICE, "ModifySnapshotAttribute"), request.build());
    }

    private List<Snapshot> describe(AccountId account, Consumer<DescribeSnapshotsRequest.Builder> change) {
        var request = DescribeSnapshotsRequest.builder();
        change.accept(request);
        return queries.describe(TestRequests.by(account, "DescribeSnapshots"), request.build())
                .snapshots();
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }
}
