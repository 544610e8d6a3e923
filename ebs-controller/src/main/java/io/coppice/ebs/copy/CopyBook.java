package io.coppice.ebs.copy;

import io.coppice.ebs.layer.LayerName;
import io.coppice.foundation.id.SnapshotId;
import jakarta.persistence.Tuple;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** What is copied, in the database. Stateless; every method runs inside the caller's transaction. */
public final class CopyBook {
    private final Clock clock;

    /** Dates what it writes by {@code clock}. */
    public CopyBook(Clock clock) {
        this.clock = clock;
    }

    /**
     * A layer whose copy was begun.
     *
     * @param bytes how long its file is, or its disk
     * @param chunksDone how many pieces from the beginning are there
     * @param manifestSha256 empty until all of it is there
     */
    record LayerCopy(LayerName layer, long bytes, int chunksDone, String manifestSha256) {
        boolean isWhole() {
            return !manifestSha256.isEmpty();
        }
    }

    /** How far it is; counts of snapshots, and bytes. */
    record Totals(long copied, long waiting, long storedBytes) {}

    /** Snapshots that are there and have no whole copy, the oldest first. */
    List<SnapshotId> uncopied(StatelessSession session, int limit) {
        return session
                .createNativeQuery(
                        "select s.snapshot_id from snapshot s where s.state = 'COMPLETED' and not exists (select 1"
                                + " from snapshot_copy c where c.snapshot_id = s.snapshot_id and c.copied)"
                                + " order by s.sequence",
                        String.class)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(SnapshotId::new)
                .toList();
    }

    /** Snapshots that are gone while something of their copy is there. */
    List<SnapshotId> removable(StatelessSession session, int limit) {
        return session
                .createNativeQuery(
                        "select c.snapshot_id from snapshot_copy c join snapshot s on s.snapshot_id = c.snapshot_id"
                                + " where s.state in ('DELETED', 'ERROR')",
                        String.class)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(SnapshotId::new)
                .toList();
    }

    /** Copies of layers that no copy of a snapshot needs. */
    List<LayerCopy> unneeded(StatelessSession session, int limit) {
        return session
                .createNativeQuery(
                        "with recursive needed (layer) as (select layer from snapshot_copy union select l.below from"
                                + " layer_copy l join needed n on l.layer = n.layer) select layer, file_bytes,"
                                + " chunks_done, manifest_sha256 from layer_copy where layer not in (select layer from"
                                + " needed)",
                        Tuple.class)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(CopyBook::layer)
                .toList();
    }

    /**
     * A snapshot begins to be copied; until it is removed nobody takes the copies of its layers away.
     *
     * @return its uppermost layer: {@code top}, unless it was begun before
     */
    LayerName begin(StatelessSession session, SnapshotId snapshot, LayerName top) {
        session.createNativeMutationQuery("insert into snapshot_copy (snapshot_id, layer, changed_at) values (:id,"
                        + " :layer, :now) on conflict (snapshot_id) do nothing")
                .setParameter("id", snapshot.value())
                .setParameter("layer", top.text())
                .setParameter("now", clock.instant())
                .executeUpdate();
        return new LayerName(
                session.createNativeQuery("select layer from snapshot_copy where snapshot_id = :id", String.class)
                        .setParameter("id", snapshot.value())
                        .getSingleResult());
    }

    /** The uppermost layer of a snapshot of which there is a whole copy. */
    Optional<LayerCopy> copied(StatelessSession session, SnapshotId snapshot) {
        return session
                .createNativeQuery(
                        "select l.layer, l.file_bytes, l.chunks_done, l.manifest_sha256 from snapshot_copy c"
                                + " join layer_copy l on l.layer = c.layer where c.snapshot_id = :id and c.copied",
                        Tuple.class)
                .setParameter("id", snapshot.value())
                .getResultList()
                .stream()
                .map(CopyBook::layer)
                .findFirst();
    }

    /** What a layer was begun to be copied over: empty when it was not begun, or holds an empty one for nothing. */
    Optional<Optional<LayerName>> below(StatelessSession session, LayerName layer) {
        return session
                .createNativeQuery("select below from layer_copy where layer = :layer", String.class)
                .setParameter("layer", layer.text())
                .getResultList()
                .stream()
                .map(below -> below.isEmpty() ? Optional.<LayerName>empty() : Optional.of(new LayerName(below)))
                .findFirst();
    }

    /** A layer that is copied and all below it, from the lowest up. */
    List<SnapshotManifest.Layer> chain(StatelessSession session, LayerName top) {
        return session
                .createNativeQuery(
                        "with recursive chain (layer, below, sum, height) as (select layer, below, manifest_sha256, 0"
                                + " from layer_copy where layer = :top union all select l.layer, l.below,"
                                + " l.manifest_sha256, c.height + 1 from layer_copy l join chain c on l.layer = c.below)"
                                + " select layer, sum from chain order by height desc",
                        Tuple.class)
                .setParameter("top", top.text())
                .getResultList()
                .stream()
                .map(row ->
                        new SnapshotManifest.Layer(new LayerName(row.get(0, String.class)), row.get(1, String.class)))
                .toList();
    }

    /** A layer of it is to be copied unless it is; returns how far that is. One of another length begins anew. */
    LayerCopy begin(StatelessSession session, LayerName layer, Optional<LayerName> below, long bytes) {
        session.createNativeMutationQuery("insert into layer_copy (layer, below, file_bytes) values (:layer, :below,"
                        + " :bytes) on conflict (layer) do update set file_bytes = excluded.file_bytes,"
                        + " chunks_done = 0, stored_bytes = 0, manifest_sha256 = ''"
                        + " where layer_copy.file_bytes <> excluded.file_bytes")
                .setParameter("layer", layer.text())
                .setParameter("below", below.map(LayerName::text).orElse(""))
                .setParameter("bytes", bytes)
                .executeUpdate();
        return layer(session.createNativeQuery(
                        "select layer, file_bytes, chunks_done, manifest_sha256 from layer_copy where layer = :layer",
                        Tuple.class)
                .setParameter("layer", layer.text())
                .getSingleResult());
    }

    private static LayerCopy layer(Tuple row) {
        return new LayerCopy(
                new LayerName(row.get(0, String.class)),
                row.get(1, Number.class).longValue(),
                row.get(2, Number.class).intValue(),
                row.get(3, String.class));
    }

    /** So many pieces are there; these bytes were written for the latest. */
    void reached(StatelessSession session, LayerName layer, int chunks, long writtenBytes) {
        session.createNativeMutationQuery("update layer_copy set chunks_done = greatest(chunks_done, :chunks),"
                        + " stored_bytes = stored_bytes + :written where layer = :layer")
                .setParameter("chunks", chunks)
                .setParameter("written", writtenBytes)
                .setParameter("layer", layer.text())
                .executeUpdate();
    }

    /** All of a layer is there. */
    void finish(StatelessSession session, LayerName layer, String manifestSha256) {
        session.createNativeMutationQuery("update layer_copy set manifest_sha256 = :sum where layer = :layer")
                .setParameter("sum", manifestSha256)
                .setParameter("layer", layer.text())
                .executeUpdate();
    }

    /** All of a snapshot is there. */
    void finish(StatelessSession session, SnapshotId snapshot) {
        session.createNativeMutationQuery(
                        "update snapshot_copy set copied = true, changed_at = :now where snapshot_id = :id")
                .setParameter("now", clock.instant())
                .setParameter("id", snapshot.value())
                .executeUpdate();
    }

    /** The copy of a snapshot is gone. */
    void forget(StatelessSession session, SnapshotId snapshot) {
        session.createNativeMutationQuery("delete from snapshot_copy where snapshot_id = :id")
                .setParameter("id", snapshot.value())
                .executeUpdate();
    }

    /** The copy of a layer is gone. */
    void forget(StatelessSession session, LayerName layer) {
        session.createNativeMutationQuery("delete from layer_copy where layer = :layer")
                .setParameter("layer", layer.text())
                .executeUpdate();
    }

    /** Whether there is a whole copy of a snapshot. */
    boolean isCopied(StatelessSession session, SnapshotId snapshot) {
        return session.createNativeQuery(
                                "select count(*) from snapshot_copy where snapshot_id = :id and copied", Long.class)
                        .setParameter("id", snapshot.value())
                        .getSingleResult()
                > 0;
    }

    /** Whether it is another zone's, and this one was not told that it should be gone. */
    boolean isElsewhere(StatelessSession session, SnapshotId snapshot) {
        return session.createNativeQuery(
                                "select count(*) from snapshot_elsewhere e where e.snapshot_id = :id and not exists"
                                        + " (select 1 from snapshot s where s.snapshot_id = e.snapshot_id)",
                                Long.class)
                        .setParameter("id", snapshot.value())
                        .getSingleResult()
                > 0;
    }

    /** Whether it is known here to be gone, or to go. */
    boolean isGone(StatelessSession session, SnapshotId snapshot) {
        return session.createNativeQuery(
                                "select count(*) from snapshot where snapshot_id = :id and state in ('DELETING',"
                                        + " 'DELETED', 'ERROR')",
                                Long.class)
                        .setParameter("id", snapshot.value())
                        .getSingleResult()
                > 0;
    }

    /** How far all of it is. */
    Totals totals(StatelessSession session) {
        var row = session.createNativeQuery(
                        "select (select count(*) from snapshot_copy where copied), (select count(*) from snapshot s"
                                + " where s.state = 'COMPLETED' and not exists (select 1 from snapshot_copy c where"
                                + " c.snapshot_id = s.snapshot_id and c.copied)), (select"
                                + " coalesce(sum(stored_bytes), 0) from layer_copy)",
                        Tuple.class)
                .getSingleResult();
        return new Totals(
                row.get(0, Number.class).longValue(),
                row.get(1, Number.class).longValue(),
                row.get(2, Number.class).longValue());
    }
}
