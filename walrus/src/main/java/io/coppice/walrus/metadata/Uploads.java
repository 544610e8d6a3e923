package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.StatelessSession;

/** Keeps multipart uploads and their parts. Stateless; every method runs inside the caller's transaction. */
public final class Uploads {
    private final Clock clock;
    private final Blobs blobs;

    /** Takes its times from {@code clock}, and counts references with {@code blobs}. */
    public Uploads(Clock clock, Blobs blobs) {
        this.clock = clock;
        this.blobs = blobs;
    }

    /** What an upload will become. */
    public record Intent(
            String key,
            StoredHeaders headers,
            Optional<String> checksumAlgorithm,
            Optional<String> checksumType,
            ObjectTraits traits) {}

    /** Begins an upload. */
    public void create(StatelessSession session, String uploadId, long bucketId, Intent intent) {
        var insert = session.createNativeMutationQuery("insert into upload (upload_id, bucket_id, object_key, headers,"
                + " checksum_algorithm, checksum_type, initiated_at, " + TraitsColumns.NAMES + ")"
                + " values (:id, :bucket, :key, :headers, :algorithm, :type, :now, " + TraitsColumns.PARAMETERS + ")");
        TraitsColumns.bind(insert, intent.traits());
        insert.setParameter("id", uploadId)
                .setParameter("bucket", bucketId)
                .setParameter("key", intent.key())
                .setParameter("headers", intent.headers().text())
                .setParameter("algorithm", intent.checksumAlgorithm().orElse(null), String.class)
                .setParameter("type", intent.checksumType().orElse(null), String.class)
                .setParameter("now", clock.instant())
                .executeUpdate();
    }

    /** The upload of that id, when it is for that key. */
    public Optional<UploadRow> find(StatelessSession session, long bucketId, String key, String uploadId) {
        return session.createSelectionQuery(
                        "from UploadRow where uploadId = :id and bucketId = :bucket and key = :key", UploadRow.class)
                .setParameter("id", uploadId)
                .setParameter("bucket", bucketId)
                .setParameter("key", key)
                .uniqueResultOptional();
    }

    /** Keeps the upload from ending until the transaction ends ({@code alone}: and others out); false when it is gone. */
    public boolean hold(StatelessSession session, String uploadId, boolean alone) {
        return !session.createNativeQuery(
                        "select upload_id from upload where upload_id = :id for " + (alone ? "update" : "key share"),
                        Object[].class)
                .setParameter("id", uploadId)
                .getResultList()
                .isEmpty();
    }

    /** Puts a part in place of whatever had its number. The reference of its blob is counted already. */
    public void putPart(StatelessSession session, String uploadId, UploadedPart part) {
        var held = session.createNativeQuery(
                        "select blob_id from part where upload_id = :id and part_number = :number for update",
                        Object[].class)
                .setParameter("id", uploadId)
                .setParameter("number", part.number());
        var replaced = Column.of(held, UUID.class);
        session.createNativeMutationQuery(
                        "insert into part (upload_id, part_number, blob_id, size_bytes, etag,"
                                + " checksum_value, nonce, modified_at) values (:id, :number, :blob, :size, :etag, :checksum, :nonce,"
                                + " :now)"
                                + " on conflict (upload_id, part_number) do update set blob_id = excluded.blob_id,"
                                + " size_bytes = excluded.size_bytes, etag = excluded.etag,"
                                + " checksum_value = excluded.checksum_value, nonce = excluded.nonce, modified_at = excluded.modified_at")
                .setParameter("id", uploadId)
                .setParameter("number", part.number())
                .setParameter("blob", part.blob().value())
                .setParameter("size", part.sizeBytes())
                .setParameter("etag", part.etag())
                .setParameter("checksum", part.checksum().orElse(null), String.class)
                .setParameter("nonce", part.nonce().orElse(null), String.class)
                .setParameter("now", part.modifiedAt())
                .executeUpdate();
        blobs.release(session, replaced.stream().map(BlobId::new).toList());
    }

    /** Parts by number, those after {@code afterNumber}; at most {@code limit}. */
    public List<UploadedPart> parts(StatelessSession session, String uploadId, int afterNumber, int limit) {
        return session
                .createNativeQuery(
                        "select part_number, blob_id, size_bytes, etag, checksum_value, nonce, modified_at from part"
                                + " where upload_id = :id and part_number > :after order by part_number limit :limit",
                        Object[].class)
                .setParameter("id", uploadId)
                .setParameter("after", afterNumber)
                .setParameter("limit", limit)
                .getResultList()
                .stream()
                .map(row -> new UploadedPart(
                        (Integer) row[0],
                        new BlobId((UUID) row[1]),
                        (Long) row[2],
                        (String) row[3],
                        Optional.ofNullable((String) row[4]),
                        Optional.ofNullable((String) row[5]),
                        (Instant) row[6]))
                .toList();
    }

    /** Uploads of a bucket by key and id, those after the two markers. */
    public List<UploadRow> list(
            StatelessSession session, long bucketId, KeyRange range, String afterUploadId, int limit) {
        var query = session.createSelectionQuery(
                        "from UploadRow where bucketId = :bucket and (key > :from or (key = :from and uploadId > :id))"
                                + (range.until().isPresent() ? " and key < :until" : "")
                                + " order by key, uploadId",
                        UploadRow.class)
                .setParameter("bucket", bucketId)
                .setParameter("from", range.from())
                .setParameter("id", afterUploadId)
                .setMaxResults(limit);
        range.until().ifPresent(until -> query.setParameter("until", until));
        return query.getResultList();
    }

    /** Ends an upload; the references of {@code kept} pass to the caller, all other parts are freed. */
    public void end(StatelessSession session, String uploadId, Collection<BlobId> kept) {
        var parts = session.createNativeQuery(
                        "delete from part where upload_id = :id returning blob_id", Object[].class)
                .setParameter("id", uploadId);
        var freed =
                Column.of(parts, UUID.class).stream().map(BlobId::new).collect(Collectors.toCollection(ArrayList::new));
        kept.forEach(freed::remove);
        blobs.release(session, freed);
        session.createNativeMutationQuery("delete from upload where upload_id = :id")
                .setParameter("id", uploadId)
                .executeUpdate();
    }

    void abandonAll(StatelessSession session, long bucketId) {
        var held = session.createNativeQuery(
                        "select upload_id from upload where bucket_id = :bucket for update", Object[].class)
                .setParameter("bucket", bucketId);
        Column.of(held, String.class).forEach(uploadId -> end(session, uploadId, List.of()));
    }
}
