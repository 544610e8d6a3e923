package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import io.coppice.walrus.blob.StoredBlob;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.StatelessSession;

/**
 * Counts who refers to a blob. A blob that nobody refers to stays for a grace time, in which running reads end, and is
 * then collected. Rows are locked in the order of their ids, so that two requests never wait for each other.
 */
public final class Blobs {
    private final Clock clock;

    /** Takes its times from {@code clock}. */
    public Blobs(Clock clock) {
        this.clock = clock;
    }

    /** Records a blob that was just written, with one reference; does nothing for bytes that are to lie in a row. */
    public void add(StatelessSession session, StoredBlob blob) {
        if (blob.content().isPresent()) {
            return;
        }
        session.createNativeMutationQuery("insert into blob (blob_id, size_bytes, crc32c, reference_count, created_at)"
                        + " values (:id, :size, :crc, 1, :now)")
                .setParameter("id", blob.id().value())
                .setParameter("size", blob.sizeBytes())
                .setParameter("crc", blob.crc32c().orElse(null), Long.class)
                .setParameter("now", clock.instant())
                .executeUpdate();
    }

    /** One reference more for each mention. The caller holds a lock on something that refers to them already. */
    public void retain(StatelessSession session, Collection<BlobId> mentions) {
        change(session, mentions, 1);
    }

    /** One reference less for each mention. */
    public void release(StatelessSession session, Collection<BlobId> mentions) {
        change(session, mentions, -1);
    }

    /** Blobs that nobody refers to since before {@code cutoff}; at most {@code limit}. */
    public List<BlobId> unreferenced(StatelessSession session, Instant cutoff, int limit) {
        var due = session.createNativeQuery(
                        "select blob_id from blob where reference_count = 0 and unreferenced_since < :cutoff"
                                + " order by unreferenced_since limit :limit",
                        Object[].class)
                .setParameter("cutoff", cutoff)
                .setParameter("limit", limit);
        return Column.of(due, UUID.class).stream().map(BlobId::new).toList();
    }

    /** Forgets a blob whose bytes were removed. */
    public void forget(StatelessSession session, BlobId blob) {
        session.createNativeMutationQuery("delete from blob where blob_id = :id and reference_count = 0")
                .setParameter("id", blob.value())
                .executeUpdate();
    }

    /** Those of {@code candidates} that no row knows. */
    public Set<BlobId> unknown(StatelessSession session, Set<BlobId> candidates) {
        if (candidates.isEmpty()) {
            return Set.of();
        }
        var unknown = new HashSet<>(candidates);
        var found = session.createNativeQuery("select blob_id from blob where blob_id in (:ids)", Object[].class)
                .setParameterList("ids", candidates.stream().map(BlobId::value).toList(), UUID.class);
        Column.of(found, UUID.class).forEach(known -> unknown.remove(new BlobId(known)));
        return Set.copyOf(unknown);
    }

    private void change(StatelessSession session, Collection<BlobId> mentions, int sign) {
        if (mentions.isEmpty()) {
            return;
        }
        var counts = mentions.stream().collect(Collectors.groupingBy(BlobId::value, Collectors.counting()));
        session.createNativeQuery(
                        "select blob_id from blob where blob_id in (:ids) order by blob_id for update", Object[].class)
                .setParameterList("ids", counts.keySet(), UUID.class)
                .getResultList();
        var byCount = counts.entrySet().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue, Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
        byCount.forEach((count, ids) -> session.createNativeMutationQuery(
                        "update blob set reference_count = reference_count + :delta,"
                                + " unreferenced_since = case when reference_count + :delta = 0"
                                + " then cast(:now as timestamptz) else null end where blob_id in (:ids)")
                .setParameter("delta", sign * count)
                .setParameter("now", clock.instant())
                .setParameterList("ids", ids, UUID.class)
                .executeUpdate());
    }
}
