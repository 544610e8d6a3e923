package io.coppice.ebs.volume;

import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** Snapshots in the database. Their changes are numbered together with those of volumes. Thread-safe. */
public final class Snapshots {
    private final Clock clock;

    /** Dates changes by {@code clock}. */
    public Snapshots(Clock clock) {
        this.clock = clock;
    }

    /** Writes down what is wanted; false when a newer or the same generation is known, which changes nothing. */
    public boolean want(StatelessSession session, DesiredSnapshotState desired) {
        var sequence = Volumes.nextSequence(session);
        return session.createNativeMutationQuery("insert into snapshot (snapshot_id, generation, desired_deleted,"
                                + " account_id, volume_id, source_snapshot_id, kms_key_id, moment_id, moment_size, state,"
                                + " sequence, changed_at) values (:id, :generation, :deleted, :account, :volume, :source,"
                                + " :kms,"
                                + " :moment, :size, :state, :sequence, :now)"
                                + " on conflict (snapshot_id) do update set generation = excluded.generation,"
                                + " desired_deleted = excluded.desired_deleted, error_message = '',"
                                + " sequence = excluded.sequence, changed_at = excluded.changed_at,"
                                + " state = excluded.state where snapshot.generation < excluded.generation")
                        .setParameter("id", desired.id().value())
                        .setParameter("generation", desired.generation())
                        .setParameter("deleted", desired.deleted())
                        .setParameter("account", desired.account().value())
                        .setParameter(
                                "volume", desired.volume().map(VolumeId::value).orElse(""))
                        .setParameter(
                                "source",
                                desired.source().map(SnapshotId::value).orElse(""))
                        .setParameter("kms", desired.kmsKeyId())
                        .setParameter("moment", desired.moment().id())
                        .setParameter("size", desired.moment().size())
                        .setParameter(
                                "state", (desired.deleted() ? SnapshotStatus.DELETING : SnapshotStatus.PENDING).name())
                        .setParameter("sequence", sequence)
                        .setParameter("now", clock.instant())
                        .executeUpdate()
                == 1;
    }

    /** Writes down how it went; does nothing when something else is wanted by now. */
    public void settle(StatelessSession session, SnapshotRow row, SnapshotStatus state, String errorMessage) {
        session.createNativeMutationQuery("update snapshot set state = :state, error_message = :message,"
                        + " wrapped_key = case when :state = 'DELETED' then '' else wrapped_key end,"
                        + " sequence = :sequence, changed_at = :now where snapshot_id = :id"
                        + " and generation = :generation")
                .setParameter("state", state.name())
                .setParameter("message", errorMessage)
                .setParameter("sequence", Volumes.nextSequence(session))
                .setParameter("now", clock.instant())
                .setParameter("id", row.snapshotId().value())
                .setParameter("generation", row.generation())
                .executeUpdate();
    }

    /** Writes down its key wrapped under that id, unless it has one or is gone. */
    void keep(StatelessSession session, SnapshotRow row, String kmsKeyId, String wrappedKey) {
        session.createNativeMutationQuery("update snapshot set wrapped_key = :key, kms_key_id = :kms"
                        + " where snapshot_id = :id and wrapped_key = '' and state <> 'DELETED'")
                .setParameter("key", wrappedKey)
                .setParameter("kms", kmsKeyId)
                .setParameter("id", row.snapshotId().value())
                .executeUpdate();
    }

    /** Its bytes are in another zone: what is made of it waits for their copy. */
    public void awaitFromElsewhere(StatelessSession session, SnapshotId id) {
        session.createNativeMutationQuery(
                        "insert into snapshot_elsewhere (snapshot_id) values (:id) on conflict do nothing")
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /** Snapshots that are not yet what they should be, the longest waiting first. */
    public List<SnapshotRow> unfinished(StatelessSession session, int limit) {
        return session.createSelectionQuery(
                        "from SnapshotRow where state in (PENDING, DELETING) order by sequence", SnapshotRow.class)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Snapshots that changed after {@code sequence}, in the order of their last change. */
    public List<SnapshotRow> changedAfter(StatelessSession session, long sequence, int limit) {
        return session.createSelectionQuery(
                        "from SnapshotRow where sequence > :after order by sequence", SnapshotRow.class)
                .setParameter("after", sequence)
                .setMaxResults(limit)
                .getResultList();
    }

    /** All snapshots of one moment that are known by now, whatever became of them. */
    public List<SnapshotRow> ofMoment(StatelessSession session, String momentId) {
        return session.createSelectionQuery(
                        "from SnapshotRow where momentId = :moment order by snapshotId", SnapshotRow.class)
                .setParameter("moment", momentId)
                .getResultList();
    }

    /** The snapshot of that id as it is now. */
    public Optional<SnapshotRow> find(StatelessSession session, SnapshotId id) {
        return session.createSelectionQuery("from SnapshotRow where snapshotId = :id", SnapshotRow.class)
                .setParameter("id", id.value())
                .uniqueResultOptional();
    }
}
