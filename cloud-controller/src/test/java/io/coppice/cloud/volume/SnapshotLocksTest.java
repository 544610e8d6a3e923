package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.front.GoldenAnswers;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.front.TurnableClock;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DescribeLockedSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotTierStatusRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.LockSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.LockSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.LockedSnapshotsInfo;
import software.amazon.awssdk.services.ec2.model.UnlockSnapshotRequest;

/** If this fails, a backup that must stay can be deleted, or one whose lock is over never can. */
class SnapshotLocksTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();
    private static final ChangeCause CAUSE = new ChangeCause("test", "alice", "", "A test");
    private static final Duration DAY = Duration.ofDays(1);

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final TurnableClock clock = new TurnableClock();
    private final SnapshotLocks locks = new SnapshotLocks(DATABASE, clock);
    private final StoredSnapshots stored = new StoredSnapshots(
            cloud.store,
            cloud.snapshots,
            cloud.snapshotTaker,
            new SnapshotBin(DATABASE, cloud.config, locks, clock),
            List.of(),
            cloud.encryption,
            cloud.events);
    private final Pages pages = new Pages(new PageTokens(() -> new byte[32]));
    private final SnapshotLockActions actions =
            new SnapshotLockActions(DATABASE, cloud.snapshots, locks, cloud.events, pages);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void start() {
        cloud.empty();
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void aSnapshotInGovernanceModeStaysUntilItIsUnlockedOrItsTimeIsOver() {
        var id = snapshot();
        var locked = lock(id, request -> request.lockMode("governance").lockDuration(2));
        assertEquals("governance", locked.lockStateAsString());
        assertEquals(2, locked.lockDuration());
        assertEquals(clock.instant().plus(DAY.multipliedBy(2)), locked.lockExpiresOn());
        assertNull(locked.coolOffPeriod());
        assertEquals("OperationNotPermitted", VolumeFixture.code(() -> delete(id)));
        // It can be shortened, too.
        lock(id, request -> request.lockMode("governance").lockDuration(1));
        clock.turn(DAY.minusSeconds(1));
        assertEquals("OperationNotPermitted", VolumeFixture.code(() -> delete(id)));
        unlock(id);
        assertEquals("IncorrectState", VolumeFixture.code(() -> unlock(id)));
        assertTrue(describe(request -> {}).isEmpty());

        lock(id, request -> request.lockMode("governance").lockDuration(1));
        clock.turn(DAY);
        assertEquals("expired", describe(request -> {}).getFirst().lockStateAsString());
        assertTrue(delete(id));
        assertTrue(describe(request -> {}).isEmpty());
    }

    @Test
    void aSnapshotInComplianceModeCanOnlyBeLockedForLongerOnceItHasCooledOff() {
        var id = snapshot();
        var locked = lock(
                id, request -> request.lockMode("compliance").lockDuration(10).coolOffPeriod(2));
        assertEquals("compliance-cooloff", locked.lockStateAsString());
        assertEquals(clock.instant().plus(Duration.ofHours(2)), locked.coolOffPeriodExpiresOn());
        assertEquals("OperationNotPermitted", VolumeFixture.code(() -> delete(id)));
        unlock(id);

        lock(id, request -> request.lockMode("compliance").lockDuration(10).coolOffPeriod(2));
        clock.turn(Duration.ofHours(2));
        assertEquals("compliance", describe(request -> {}).getFirst().lockStateAsString());
        refused(id, "OperationNotPermitted", request -> request.lockMode("governance")
                .lockDuration(20));
        refused(id, "OperationNotPermitted", request -> request.lockMode("compliance")
                .lockDuration(9));
        refused(id, "OperationNotPermitted", request -> request.lockMode("compliance")
                .lockDuration(20)
                .coolOffPeriod(1));
        assertEquals("OperationNotPermitted", VolumeFixture.code(() -> unlock(id)));
        var longer = lock(id, request -> request.lockMode("compliance").lockDuration(11));
        assertEquals("compliance", longer.lockStateAsString());
        clock.turn(DAY.multipliedBy(10));
        assertEquals("OperationNotPermitted", VolumeFixture.code(() -> delete(id)));
        clock.turn(DAY);
        assertTrue(delete(id));
    }

    @Test
    void theTimeOfOneThatIsNotThereYetBeginsWhenItIs() {
        cloud.ebs.away = true;
        var id = pending();
        var locked = lock(id, request -> request.lockMode("governance").lockDuration(1));
        assertNull(locked.lockExpiresOn());
        assertNull(locked.lockDurationStartTime());
        clock.turn(DAY.multipliedBy(3));
        assertEquals("OperationNotPermitted", VolumeFixture.code(() -> delete(id)));
        var completed = clock.instant();
        DATABASE.run(entities -> cloud.snapshots.change(new SnapshotId(id), row -> row.complete(completed)));
        var seen = describe(request -> request.snapshotIds(id)).getFirst();
        assertEquals(completed, seen.lockDurationStartTime());
        assertEquals(completed.plus(DAY), seen.lockExpiresOn());
        assertEquals("governance", seen.lockStateAsString());
    }

    @Test
    void whatAwsDoesNotAllowIsRefused() {
        var id = snapshot();
        refused(id, "MissingParameter", request -> request.lockDuration(1));
        refused(id, "InvalidParameterValue", request -> request.lockMode("worm").lockDuration(1));
        refused(id, "InvalidParameterCombination", request -> request.lockMode("governance"));
        refused(id, "InvalidParameterCombination", request -> request.lockMode("governance")
                .lockDuration(1)
                .coolOffPeriod(1));
        refused(id, "InvalidParameterCombination", request -> request.lockMode("governance")
                .lockDuration(1)
                .expirationDate(at(2)));
        refused(id, "InvalidParameterValue", request -> request.lockMode("governance")
                .lockDuration(36_501));
        refused(id, "InvalidParameterValue", request -> request.lockMode("compliance")
                .lockDuration(1)
                .coolOffPeriod(73));
        refused(id, "InvalidParameterValue", request -> request.lockMode("governance")
                .expirationDate(clock.instant().plus(DAY).minusSeconds(1)));
        assertEquals(
                "InvalidSnapshot.NotFound",
                VolumeFixture.code(() ->
                        lock(BOB, id, request -> request.lockMode("governance").lockDuration(1))));
        var until = lock(id, request -> request.lockMode("governance").expirationDate(at(30)));
        assertEquals(30, until.lockDuration());
        assertEquals(at(30), until.lockExpiresOn());
    }

    @Test
    void theyAreListedByStateAndToTheirOwnerOnly() {
        var soft = snapshot();
        var hard = snapshot();
        snapshot();
        lock(soft, request -> request.lockMode("governance").lockDuration(1));
        lock(hard, request -> request.lockMode("compliance").lockDuration(5));
        assertEquals(2, describe(request -> {}).size());
        var compliance =
                Filter.builder().name("lock-state").values("compliance").build();
        assertEquals(
                List.of(hard),
                describe(request -> request.filters(compliance)).stream()
                        .map(LockedSnapshotsInfo::snapshotId)
                        .toList());
        var others = actions.describe(
                TestRequests.by(BOB, "DescribeLockedSnapshots"),
                DescribeLockedSnapshotsRequest.builder().build());
        assertTrue(others.snapshots().isEmpty());
        var tiers = new SnapshotTierActions(cloud.snapshots, pages)
                .describe(
                        TestRequests.by(ALICE, "DescribeSnapshotTierStatus"),
                        DescribeSnapshotTierStatusRequest.builder()
                                .filters(Filter.builder()
                                        .name("snapshot-id")
                                        .values(soft)
                                        .build())
                                .build())
                .snapshotTierStatuses();
        assertEquals("standard", tiers.getFirst().storageTierAsString());
        assertEquals(1, tiers.size());
    }

    @Test
    void answerIsAsWrittenDown() {
        var snapshot = new Snapshot(
                new SnapshotId("snap-0123456789abcdef0"),
                ALICE,
                "vol-0123456789abcdef0",
                null,
                1,
                null,
                "",
                SnapshotState.PENDING,
                "",
                Snapshot.Sharing.NONE,
                clock.instant(),
                null,
                Map.of());
        DATABASE.run(entities -> cloud.snapshots.add(entities, ALICE, List.of(snapshot), SnapshotMoment.ITS_OWN));
        DATABASE.run(entities -> cloud.snapshots.change(snapshot.id(), row -> row.complete(clock.instant())));
        var locked = lock(
                snapshot.id().value(),
                request -> request.lockMode("compliance").lockDuration(7).coolOffPeriod(24));
        GoldenAnswers.check("LockSnapshot", locked);
        GoldenAnswers.check(
                "DescribeLockedSnapshots",
                actions.describe(
                        TestRequests.by(ALICE, "DescribeLockedSnapshots"),
                        DescribeLockedSnapshotsRequest.builder().build()));
    }

    private Instant at(int days) {
        return clock.instant().plus(DAY.multipliedBy(days));
    }

    /** One that is completed. */
    private String snapshot() {
        var id = pending();
        DATABASE.run(entities -> cloud.snapshots.change(new SnapshotId(id), row -> row.complete(clock.instant())));
        return id;
    }

    private String pending() {
        var wish = new Snapshots.Wish("vol-00000000000000001", null, 1, "", Map.of());
        return DATABASE.call(entities -> stored.want(entities, CAUSE, ALICE, List.of(wish)))
                .getFirst();
    }

    private boolean delete(String id) {
        return DATABASE.call(entities -> stored.delete(entities, CAUSE, ALICE, id));
    }

    private LockSnapshotResponse lock(String id, Consumer<LockSnapshotRequest.Builder> change) {
        return lock(ALICE, id, change);
    }

    private LockSnapshotResponse lock(AccountId account, String id, Consumer<LockSnapshotRequest.Builder> change) {
        var request = LockSnapshotRequest.builder().snapshotId(id);
        change.accept(request);
        return actions.lock(TestRequests.by(account, "LockSnapshot"), request.build());
    }

    private void refused(String id, String code, Consumer<LockSnapshotRequest.Builder> change) {
        assertEquals(code, VolumeFixture.code(() -> lock(id, change)));
    }

    private void unlock(String id) {
        actions.unlock(
                TestRequests.by(ALICE, "UnlockSnapshot"),
                UnlockSnapshotRequest.builder().snapshotId(id).build());
    }

    private List<LockedSnapshotsInfo> describe(Consumer<DescribeLockedSnapshotsRequest.Builder> change) {
        var request = DescribeLockedSnapshotsRequest.builder();
        change.accept(request);
        return actions.describe(TestRequests.by(ALICE, "DescribeLockedSnapshots"), request.build())
                .snapshots();
    }
}
