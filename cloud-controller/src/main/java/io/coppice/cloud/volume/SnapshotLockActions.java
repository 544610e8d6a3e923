package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeLockedSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLockedSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.LockSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.LockSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.LockedSnapshotsInfo;
import software.amazon.awssdk.services.ec2.model.UnlockSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.UnlockSnapshotResponse;

/** Keeps snapshots from being deleted for a time. Thread-safe. */
@ApplicationScoped
class SnapshotLockActions implements ActionModule {
    private static final PageLimits PAGES = PageLimits.usual("snapshotSet");

    private final Database database;
    private final SnapshotStore store;
    private final SnapshotLocks locks;
    private final EventLog events;
    private final Pages pages;

    SnapshotLockActions(Database database, SnapshotStore store, SnapshotLocks locks, EventLog events, Pages pages) {
        this.database = database;
        this.store = store;
        this.locks = locks;
        this.events = events;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "LockSnapshot", LockSnapshotRequest::builder, this::lock);
        registry.add(Service.EC2, "UnlockSnapshot", UnlockSnapshotRequest::builder, this::unlock);
        registry.add(Service.EC2, "DescribeLockedSnapshots", DescribeLockedSnapshotsRequest::builder, this::describe);
    }

    LockSnapshotResponse lock(RequestContext context, LockSnapshotRequest request) {
        var now = locks.now();
        var id = SnapshotActions.id(request.snapshotId(), "SnapshotId");
        var wish = SnapshotLockWish.of(request, now);
        store.own(context.account(), id);
        var lock = database.call(entities -> {
            var row = row(entities, context, id);
            var made = wish.applyTo(
                    id,
                    locks.find(entities, row).orElse(null),
                    row.toSnapshot(Map.of()).completedAt(),
                    now);
            locks.put(entities, row, made);
            append(
                    context,
                    id,
                    "Lock snapshot " + id,
                    "snapshot.locked",
                    Map.of("mode", made.mode().text()));
            return made;
        });
        var coolOff = lock.coolOff();
        return LockSnapshotResponse.builder()
                .snapshotId(id)
                .lockState(lock.state(now).text())
                .lockDuration(lock.days())
                .coolOffPeriod(coolOff == null ? null : (Integer) coolOff.hours())
                .coolOffPeriodExpiresOn(coolOff == null ? null : coolOff.until())
                .lockCreatedOn(lock.createdAt())
                .lockExpiresOn(lock.expiresAt())
                .lockDurationStartTime(lock.startsAt())
                .build();
    }

    UnlockSnapshotResponse unlock(RequestContext context, UnlockSnapshotRequest request) {
        var now = locks.now();
        var id = SnapshotActions.id(request.snapshotId(), "SnapshotId");
        store.own(context.account(), id);
        database.run(entities -> {
            var row = row(entities, context, id);
            var state = locks.find(entities, row).map(lock -> lock.state(now)).orElse(SnapshotLock.State.EXPIRED);
            switch (state) {
                case EXPIRED -> throw SnapshotErrors.notLocked(id);
                case COMPLIANCE -> throw SnapshotErrors.lockedForGood(id);
                case GOVERNANCE, COMPLIANCE_COOLOFF -> locks.remove(entities, row);
            }
            append(context, id, "Unlock snapshot " + id, "snapshot.unlocked", Map.of());
        });
        return UnlockSnapshotResponse.builder().snapshotId(id).build();
    }

    /** The row of a snapshot of the caller's own, locked, which may have gone meanwhile. */
    private static SnapshotRow row(EntityManager entities, RequestContext context, String id) {
        @Nullable SnapshotRow row = entities.find(SnapshotRow.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (row == null
                || !row.account().equals(context.account())
                || row.is(SnapshotState.RECYCLED)
                || row.is(SnapshotState.DELETING)) {
            throw SnapshotErrors.notFound(id);
        }
        if (row.is(SnapshotState.ERROR)) {
            throw SnapshotErrors.notCompleted(id);
        }
        return row;
    }

    DescribeLockedSnapshotsResponse describe(RequestContext context, DescribeLockedSnapshotsRequest request) {
        var now = locks.now();
        var ids = request.snapshotIds();
        ids.forEach(id -> SnapshotActions.id(id, "SnapshotId"));
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = Filters.<SnapshotLocks.Locked>builder()
                .value("lock-state", locked -> locked.lock().state(now).text())
                .build()
                .select(request.filters());
        ids.forEach(id -> store.own(context.account(), id));
        var found = pages.read(
                page,
                (after, limit) -> locks.list(context.account(), ids, after, limit),
                selection,
                locked -> locked.snapshot().id().value());
        return DescribeLockedSnapshotsResponse.builder()
                .snapshots(found.map(locked -> answer(locked, now)))
                .nextToken(found.nextToken())
                .build();
    }

    private static LockedSnapshotsInfo answer(SnapshotLocks.Locked locked, Instant now) {
        var lock = locked.lock();
        var coolOff = lock.coolOff();
        return LockedSnapshotsInfo.builder()
                .snapshotId(locked.snapshot().id().value())
                .ownerId(locked.snapshot().owner().value())
                .lockState(lock.state(now).text())
                .lockDuration(lock.days())
                .coolOffPeriod(coolOff == null ? null : (Integer) coolOff.hours())
                .coolOffPeriodExpiresOn(coolOff == null ? null : coolOff.until())
                .lockCreatedOn(lock.createdAt())
                .lockExpiresOn(lock.expiresAt())
                .lockDurationStartTime(lock.startsAt())
                .build();
    }

    private void append(RequestContext context, String id, String summary, String kind, Map<String, Object> details) {
        events.append(
                new ChangeCause(context.action(), context.caller().arn(), context.requestId(), summary),
                kind,
                id,
                context.account(),
                details);
    }
}
