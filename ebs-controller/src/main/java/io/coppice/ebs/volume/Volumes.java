package io.coppice.ebs.volume;

import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.time.Clock;
import java.util.List;
import org.hibernate.StatelessSession;

/** Remembers what volumes should be and what they are. Stateless; every method runs inside the caller's transaction. */
public final class Volumes {
    private final Clock clock;

    /** Takes its times from {@code clock}. */
    public Volumes(Clock clock) {
        this.clock = clock;
    }

    /** Writes down what is wanted; false when a newer or the same generation is known, which changes nothing. */
    public boolean want(StatelessSession session, Desired desired) {
        var sequence = nextSequence(session);
        return session.createNativeMutationQuery(
                                "insert into volume (volume_id, generation, desired_deleted, account_id,"
                                        + " size_gib, volume_type, zone, snapshot_id, kms_key_id, export_name, shared, export_hosts, direct, state, sequence,"
                                        + " changed_at) values (:id, :generation, :deleted, :account, :size, :type,"
                                        + " :zone, :snapshot, :kms, :export, :shared, :hosts, :direct, :state, :sequence, :now)"
                                        + " on conflict (volume_id) do update set generation = excluded.generation,"
                                        + " desired_deleted = excluded.desired_deleted, size_gib = excluded.size_gib,"
                                        + " volume_type = excluded.volume_type, export_name ="
                                        + " excluded.export_name, shared = excluded.shared, export_hosts = excluded.export_hosts,"
                                        + " direct = excluded.direct,"
                                        + " error_message = '', sequence = excluded.sequence,"
                                        + " changed_at = excluded.changed_at, state = excluded.state"
                                        + " where volume.generation < excluded.generation")
                        .setParameter("id", desired.id().value())
                        .setParameter("generation", desired.generation())
                        .setParameter("deleted", desired.deleted())
                        .setParameter("account", desired.account().value())
                        .setParameter("size", desired.sizeGib())
                        .setParameter("type", desired.type())
                        .setParameter("zone", desired.zone())
                        .setParameter(
                                "snapshot",
                                desired.from().map(SnapshotId::value).orElse(""))
                        .setParameter("kms", desired.kmsKeyId())
                        .setParameter(
                                "export", String.join(" ", desired.grants().names()))
                        .setParameter("shared", desired.grants().shared())
                        .setParameter("hosts", VolumeRow.hostsText(desired.grants()))
                        .setParameter("direct", desired.grants().direct())
                        .setParameter(
                                "state", (desired.deleted() ? VolumeStatus.DELETING : VolumeStatus.CREATING).name())
                        .setParameter("sequence", sequence)
                        .setParameter("now", clock.instant())
                        .executeUpdate()
                == 1;
    }

    /** Writes down how it went; does nothing when something else is wanted by now. */
    public void settle(
            StatelessSession session, VolumeRow row, VolumeStatus state, String errorMessage, String exportPath) {
        session.createNativeMutationQuery("update volume set state = :state, error_message = :message,"
                        + " export_path = :path,"
                        + " wrapped_key = case when :state = 'DELETED' then '' else wrapped_key end,"
                        + " sequence = :sequence, changed_at = :now where volume_id = :id and generation = :generation")
                .setParameter("state", state.name())
                .setParameter("message", errorMessage)
                .setParameter("path", exportPath)
                .setParameter("sequence", nextSequence(session))
                .setParameter("now", clock.instant())
                .setParameter("id", row.volumeId().value())
                .setParameter("generation", row.generation())
                .executeUpdate();
    }

    /** Writes down its wrapped key, unless it has one or is gone. */
    void keep(StatelessSession session, VolumeRow row, String wrappedKey) {
        session.createNativeMutationQuery("update volume set wrapped_key = :key where volume_id = :id"
                        + " and wrapped_key = '' and state <> 'DELETED'")
                .setParameter("key", wrappedKey)
                .setParameter("id", row.volumeId().value())
                .executeUpdate();
    }

    /** Volumes that are not yet what they should be, the longest waiting first. */
    public List<VolumeRow> unfinished(StatelessSession session, int limit) {
        return session.createSelectionQuery(
                        "from VolumeRow where state in (CREATING, DELETING) order by sequence", VolumeRow.class)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Volumes that should be served and were when this process ended. */
    public List<VolumeRow> served(StatelessSession session) {
        return session.createSelectionQuery(
                        "from VolumeRow where state = AVAILABLE and exportName <> '' order by sequence",
                        VolumeRow.class)
                .getResultList();
    }

    /** One page by id; volumes that are gone are left out. */
    public List<VolumeRow> page(StatelessSession session, String afterVolumeId, int limit) {
        return session.createSelectionQuery(
                        "from VolumeRow where volumeId > :after and state != DELETED order by volumeId",
                        VolumeRow.class)
                .setParameter("after", afterVolumeId)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Volumes that changed after {@code sequence}, in the order of their last change. */
    public List<VolumeRow> changedAfter(StatelessSession session, long sequence, int limit) {
        return session.createSelectionQuery("from VolumeRow where sequence > :after order by sequence", VolumeRow.class)
                .setParameter("after", sequence)
                .setMaxResults(limit)
                .getResultList();
    }

    /** The volume of that id as it is now. */
    public java.util.Optional<VolumeRow> find(StatelessSession session, VolumeId id) {
        return session.createSelectionQuery("from VolumeRow where volumeId = :id", VolumeRow.class)
                .setParameter("id", id.value())
                .uniqueResultOptional();
    }

    /** The number of the last change. */
    public long lastSequence(StatelessSession session) {
        return session.createNativeQuery("select last_sequence from change_order", Long.class)
                .getSingleResult();
    }

    static long nextSequence(StatelessSession session) {
        return session.createNativeQuery(
                        "update change_order set last_sequence = last_sequence + 1 returning last_sequence", Long.class)
                .getSingleResult();
    }
}
