package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.SnapshotReturnCodes;

/**
 * Deregistered images whose owners can have them back for a while. Their bytes and their snapshots are kept as before until
 * they leave the bin. Thread-safe.
 */
@ApplicationScoped
class ImageBin {
    private static final Logger LOG = Logger.getLogger(ImageBin.class);
    private static final int BATCH = 256;

    private final Database database;
    private final ImageConfig config;
    private final Snapshots snapshots;
    private final ImageSnapshotUse uses;
    private final EventLog events;
    private final Clock clock;

    ImageBin(
            Database database,
            ImageConfig config,
            Snapshots snapshots,
            ImageSnapshotUse uses,
            EventLog events,
            Clock clock) {
        this.database = database;
        this.config = config;
        this.snapshots = snapshots;
        this.uses = uses;
        this.events = events;
        this.clock = clock;
    }

    /**
     * An image in the bin.
     *
     * @param leavesAt when it is gone for good
     */
    record Recycled(String id, String name, String description, Instant enteredAt, Instant leavesAt) {}

    /**
     * Takes an image that its owner deregisters, whose row is locked, and returns whether he can have it back. Otherwise, since
     * nothing is kept or it was never available, it is to be gone. Throws {@code OperationNotPermitted} when it is protected.
     *
     * @param withSnapshots whether its snapshots go when it goes
     */
    boolean take(ImageRow row, boolean withSnapshots) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (row.protection().holds(now)) {
            throw ImageErrors.protectedFromDeregistration(row.id());
        }
        var keeps = config.binRetention().isPositive() && (row.is(ImageState.AVAILABLE) || row.is(ImageState.DISABLED));
        if (keeps) {
            row.recycle(now, now.plus(config.binRetention()), withSnapshots);
        } else {
            row.deregister();
        }
        return keeps;
    }

    /** At most {@code limit} images of an account's own in the bin, by id; of these ids when some are given. */
    List<Recycled> list(AccountId account, Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from ImageRow i where i.state = 'recycled' and i.accountId = :account"
                                    + (ids.isEmpty() ? "" : " and i.id in (:ids)")
                                    + (after == null ? "" : " and i.id > :after")
                                    + " order by i.id",
                            ImageRow.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (!ids.isEmpty()) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            return query.getResultList().stream().map(ImageBin::recycled).toList();
        });
    }

    private static Recycled recycled(ImageRow row) {
        var description = row.toImage(Map.of()).description();
        var stay = Objects.requireNonNull(row.stay());
        return new Recycled(row.id(), description.name(), description.text(), stay.enteredAt(), stay.leavesAt());
    }

    /** An image of the account's own in the bin, locked; throws {@code InvalidAMIID.NotFound}. */
    ImageRow require(EntityManager entities, AccountId account, String id) {
        var row = entities.find(ImageRow.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || !row.is(ImageState.RECYCLED) || !row.account().equals(account)) {
            throw ImageErrors.notFound(id);
        }
        return row;
    }

    /** Has those gone whose time is over, as many as one pass takes. */
    void empty() {
        database.run(entities -> entities.createQuery(
                        "from ImageRow i where i.state = 'recycled' and i.stay.leavesAt <= :now order by i.stay.leavesAt",
                        ImageRow.class)
                .setParameter("now", clock.instant())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setMaxResults(BATCH)
                .getResultList()
                .forEach(row -> leave(entities, row)));
    }

    private void leave(EntityManager entities, ImageRow row) {
        var stay = Objects.requireNonNull(row.stay());
        var image = row.toImage(Map.of());
        row.deregister();
        var cause = new ChangeCause("reconciler", "coppice", "", "Image " + row.id() + " leaves the recycle bin");
        events.append(
                cause,
                "image.deregistered",
                row.id(),
                row.account(),
                Map.of("name", image.description().name()));
        if (stay.withSnapshots()) {
            image.snapshotIds().forEach(snapshot -> {
                var result = delete(entities, cause, image, snapshot);
                LOG.infof("snapshot %s of image %s, which left the recycle bin: %s", snapshot, image.id(), result);
            });
        }
    }

    /** What will become of a snapshot that goes with an image when it leaves the bin. */
    SnapshotReturnCodes foresee(EntityManager entities, Image image, String snapshot) {
        return uses.userBesides(entities, snapshot, image.id().value()).isEmpty()
                ? SnapshotReturnCodes.SUCCESS
                : SnapshotReturnCodes.SKIPPED;
    }

    /** Has a snapshot of an image that is gone removed if nothing needs it, and tells what became of it. */
    SnapshotReturnCodes delete(EntityManager entities, ChangeCause cause, Image image, String snapshot) {
        if (foresee(entities, image, snapshot) == SnapshotReturnCodes.SKIPPED) {
            return SnapshotReturnCodes.SKIPPED;
        }
        try {
            return snapshots.delete(entities, cause, image.owner(), snapshot)
                    ? SnapshotReturnCodes.SUCCESS
                    : SnapshotReturnCodes.SKIPPED;
        } catch (AwsException e) {
            // Locked, or needed by something else: it stays, and the image goes all the same.
            LOG.infof("snapshot %s of image %s stays: %s", snapshot, image.id(), e.getMessage());
            return SnapshotReturnCodes.CLIENT_ERROR;
        }
    }
}
