package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.StatelessSession;

/**
 * Puts and finds the newest objects of keys, and removes them where nothing is versioned. Stateless; every method
 * runs inside the caller's transaction.
 */
public final class Objects {
    /** The version id of what is not versioned. */
    public static final String NULL_VERSION = "null";

    private final Clock clock;
    private final Blobs blobs;

    /** Takes its times from {@code clock}, and counts references with {@code blobs}. */
    public Objects(Clock clock, Blobs blobs) {
        this.clock = clock;
        this.blobs = blobs;
    }

    /** The newest object of that key; empty also when that is a delete marker. */
    public Optional<ObjectRow> find(StatelessSession session, long bucketId, String key) {
        return session.createSelectionQuery(
                        "from ObjectRow where bucketId = :bucket and key = :key and latest and not deleteMarker",
                        ObjectRow.class)
                .setParameter("bucket", bucketId)
                .setParameter("key", key)
                .uniqueResultOptional();
    }

    /** As {@link #find}, and nobody overwrites or removes it until the transaction ends. */
    public Optional<ObjectRow> findAndHold(StatelessSession session, long bucketId, String key) {
        return lock(session, bucketId, key, "for share") ? find(session, bucketId, key) : Optional.empty();
    }

    /** As {@link #findAndHold}, for a caller that is about to change it. */
    public Optional<ObjectRow> findForUpdate(StatelessSession session, long bucketId, String key) {
        return lock(session, bucketId, key, "for update") ? find(session, bucketId, key) : Optional.empty();
    }

    /** The version that a multipart upload became. */
    public Optional<ObjectRow> findUploaded(StatelessSession session, long bucketId, String key, String uploadId) {
        return session.createSelectionQuery(
                        "from ObjectRow where bucketId = :bucket and key = :key and uploadId = :upload",
                        ObjectRow.class)
                .setParameter("bucket", bucketId)
                .setParameter("key", key)
                .setParameter("upload", uploadId)
                .uniqueResultOptional();
    }

    /** An object's bytes in order. */
    public List<Segment> segments(StatelessSession session, long objectId) {
        return session
                .createNativeQuery(
                        "select part_number, blob_id, size_bytes, checksum_value, nonce, cast(null as bytea) as content"
                                + " from segment where object_id = :id union all"
                                + " select 1, null, size_bytes, null, content_nonce, content from object"
                                + " where object_id = :id and content is not null order by 1",
                        Object[].class)
                .setParameter("id", objectId)
                .getResultList()
                .stream()
                .map(Objects::segment)
                .toList();
    }

    /**
     * Puts an object where nothing is versioned, in place of whatever had its key. The references of its segments are
     * counted already. With {@code onlyIfAbsent}, false and no change when there is an object of that key, also one that
     * another transaction is just putting.
     */
    public Optional<Instant> put(
            StatelessSession session, long bucketId, String key, NewObject object, boolean onlyIfAbsent) {
        var now = clock.instant();
        var id = upsert(session, bucketId, key, object, now, onlyIfAbsent);
        if (id.isEmpty()) {
            return Optional.empty();
        }
        dropSegments(session, List.of(id.get()));
        addSegments(session, id.get(), object.segments());
        return Optional.of(now);
    }

    /** Removes the objects of these keys where nothing is versioned; keys that are not there are left out. */
    public void delete(StatelessSession session, long bucketId, Collection<String> keys) {
        var held = session.createNativeQuery(
                        "select object_id from object where bucket_id = :bucket and object_key in (:keys)"
                                + " order by object_key for update",
                        Object[].class)
                .setParameter("bucket", bucketId)
                .setParameterList("keys", keys, String.class);
        remove(session, Column.of(held, Long.class));
    }

    /** Removes rows with their bytes. */
    void remove(StatelessSession session, Collection<Long> ids) {
        if (ids.isEmpty()) {
            return;
        }
        dropSegments(session, ids);
        session.createNativeMutationQuery("delete from object where object_id in (:ids)")
                .setParameterList("ids", ids, Long.class)
                .executeUpdate();
    }

    void addSegments(StatelessSession session, long objectId, List<Segment> segments) {
        var position = 0;
        for (var segment : segments) {
            if (segment.content().isPresent()) {
                // It went with the row.
                continue;
            }
            session.createNativeMutationQuery(
                            "insert into segment (object_id, position, part_number, blob_id, size_bytes,"
                                    + " checksum_value, nonce) values (:object, :position, :part, :blob, :size, :checksum,"
                                    + " :nonce)")
                    .setParameter("object", objectId)
                    .setParameter("position", position++)
                    .setParameter("part", segment.partNumber())
                    .setParameter("blob", segment.blob().value())
                    .setParameter("size", segment.sizeBytes())
                    .setParameter("checksum", segment.checksum().orElse(null), String.class)
                    .setParameter("nonce", segment.nonce().orElse(null), String.class)
                    .executeUpdate();
        }
    }

    private static boolean lock(StatelessSession session, long bucketId, String key, String strength) {
        return !session.createNativeQuery(
                        "select object_id from object where bucket_id = :bucket and object_key = :key and is_latest"
                                + " and not delete_marker " + strength,
                        Object[].class)
                .setParameter("bucket", bucketId)
                .setParameter("key", key)
                .getResultList()
                .isEmpty();
    }

    private static Optional<Long> upsert(
            StatelessSession session, long bucketId, String key, NewObject object, Instant now, boolean onlyIfAbsent) {
        var conflict = onlyIfAbsent
                ? " do nothing"
                : " do update set size_bytes = excluded.size_bytes, etag = excluded.etag, headers = excluded.headers,"
                        + " checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,"
                        + " checksum_value = excluded.checksum_value, part_count = excluded.part_count,"
                        + " modified_at = excluded.modified_at, upload_id = excluded.upload_id,"
                        + " content = excluded.content, content_nonce = excluded.content_nonce, "
                        + TraitsColumns.FROM_EXCLUDED;
        return insert(
                session,
                bucketId,
                key,
                NULL_VERSION,
                object,
                now,
                " on conflict (bucket_id, object_key, version_id)" + conflict);
    }

    @SuppressWarnings("TooManyParameters")
    static Optional<Long> insert(
            StatelessSession session,
            long bucketId,
            String key,
            String versionId,
            NewObject object,
            Instant now,
            String conflict) {
        var checksum = object.checksum();
        var insert = session.createNativeQuery(
                "insert into object (bucket_id, object_key, version_id, size_bytes, etag, headers, checksum_algorithm,"
                        + " checksum_type, checksum_value, part_count, modified_at, upload_id, content, content_nonce, "
                        + TraitsColumns.NAMES
                        + ") values (:bucket, :key, :version, :size, :etag, :headers, :algorithm, :type, :checksum,"
                        + " :parts, :now, :upload, :content, :nonce, " + TraitsColumns.PARAMETERS + ")" + conflict
                        + " returning object_id",
                Object[].class);
        TraitsColumns.bind(insert, object.traits());
        insert.setParameter("bucket", bucketId)
                .setParameter("key", key)
                .setParameter("version", versionId)
                .setParameter("size", object.sizeBytes())
                .setParameter("etag", object.etag())
                .setParameter("headers", object.headers().text())
                .setParameter(
                        "algorithm", checksum.map(StoredChecksum::algorithm).orElse(null), String.class)
                .setParameter("type", checksum.map(StoredChecksum::type).orElse(null), String.class)
                .setParameter("checksum", checksum.map(StoredChecksum::value).orElse(null), String.class)
                .setParameter("parts", object.partCount())
                .setParameter("now", now)
                .setParameter("upload", object.uploadId().orElse(null), String.class)
                .setParameter(
                        "content", object.inRow().flatMap(Segment::content).orElse(null), byte[].class)
                .setParameter("nonce", object.inRow().flatMap(Segment::nonce).orElse(null), String.class);
        return Column.of(insert, Long.class).stream().findFirst();
    }

    private void dropSegments(StatelessSession session, Collection<Long> objectIds) {
        var query = session.createNativeQuery(
                        "delete from segment where object_id in (:ids) returning blob_id", Object[].class)
                .setParameterList("ids", objectIds, Long.class);
        var dropped = Column.of(query, UUID.class).stream().map(BlobId::new).toList();
        blobs.release(session, dropped);
    }

    private static Segment segment(Object[] row) {
        if (row[5] instanceof byte[] content) {
            return Segment.inRow(content, Optional.ofNullable((String) row[4]));
        }
        return new Segment(
                (Integer) row[0],
                new BlobId((UUID) row[1]),
                (Long) row[2],
                Optional.ofNullable((String) row[3]),
                Optional.ofNullable((String) row[4]));
    }
}
