package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** What is kept of reading blobs back: when each was read last, and what was found wrong with it. Thread-safe. */
public final class BlobChecks {
    private static final String DUE = "select blob_id, size_bytes, crc32c from blob"
            + " where coalesce(checked_at, created_at) < ? and reference_count > 0"
            + " order by coalesce(checked_at, created_at), blob_id limit ?";
    private static final String RECORD = "update blob set checked_at = ?, crc32c = coalesce(crc32c, ?), damage = ?,"
            + " damaged_at = case when cast(? as text) is null then null else coalesce(damaged_at, ?) end"
            + " where blob_id = ? and reference_count > 0";
    private static final String BACKLOG = "select count(*), coalesce(sum(size_bytes), 0) from blob"
            + " where coalesce(checked_at, created_at) < ? and reference_count > 0";
    private static final String DAMAGED = "select blob.blob_id, damage, damaged_at, coalesce(bucket.name, ''),"
            + " coalesce(object_key, ''), coalesce(version_id, '') from blob left join segment using (blob_id)"
            + " left join object using (object_id) left join bucket using (bucket_id)"
            + " where damaged_at is not null order by damaged_at, blob.blob_id limit ?";

    private final Transactions transactions;

    /** Keeps it in the database. */
    public BlobChecks(Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * A blob that is to be read.
     *
     * @param crc32c of what was stored, unsigned; empty when nobody knows
     */
    public record Due(BlobId id, long sizeBytes, OptionalLong crc32c) {}

    /** How much is to be read now. */
    public record Backlog(long blobs, long bytes) {}

    /**
     * Bytes that are not what was stored.
     *
     * @param damage in a few words
     * @param since when it was first seen
     * @param object one that they belong to, as bucket, key and version; empty when it is a part of an upload or an image
     */
    public record Damaged(BlobId id, String damage, Instant since, Optional<String> object) {}

    /** Blobs in use that were stored, or read last, before {@code before}; the longest unread first. */
    public List<Due> due(Instant before, int limit) {
        return transactions.single(connection -> {
            try (var query = connection.prepareStatement(DUE)) {
                query.setObject(1, at(before));
                query.setInt(2, limit);
                try (var rows = query.executeQuery()) {
                    var due = new ArrayList<Due>();
                    while (rows.next()) {
                        due.add(due(rows));
                    }
                    return due;
                }
            }
        });
    }

    /** How much {@link #due} would give in the end. */
    public Backlog backlog(Instant before) {
        return transactions.single(connection -> {
            try (var query = connection.prepareStatement(BACKLOG)) {
                query.setObject(1, at(before));
                try (var rows = query.executeQuery()) {
                    rows.next();
                    return new Backlog(rows.getLong(1), rows.getLong(2));
                }
            }
        });
    }

    /** Keeps what came of reading a blob; false when nothing refers to it any more, so that nobody misses its bytes. */
    public boolean record(BlobId id, Instant now, OptionalLong crc32c, Optional<String> damage) {
        return transactions.single(connection -> {
            try (var update = connection.prepareStatement(RECORD)) {
                update.setObject(1, at(now));
                update.setObject(2, crc32c.isPresent() ? crc32c.getAsLong() : null, java.sql.Types.BIGINT);
                update.setString(3, damage.orElse(null));
                update.setString(4, damage.orElse(null));
                update.setObject(5, at(now));
                update.setObject(6, id.value());
                return update.executeUpdate() == 1;
            }
        });
    }

    /** What is damaged; at most {@code limit}, the oldest first. */
    public List<Damaged> damaged(int limit) {
        return transactions.single(connection -> {
            try (var query = connection.prepareStatement(DAMAGED)) {
                query.setInt(1, limit);
                try (var rows = query.executeQuery()) {
                    var damaged = new ArrayList<Damaged>();
                    while (rows.next()) {
                        damaged.add(damaged(rows));
                    }
                    return damaged;
                }
            }
        });
    }

    private static Due due(ResultSet row) throws SQLException {
        var crc = row.getLong(3);
        var known = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(crc);
        return new Due(new BlobId(row.getObject(1, UUID.class)), row.getLong(2), known);
    }

    private static Damaged damaged(ResultSet row) throws SQLException {
        var bucket = row.getString(4);
        var version = row.getString(6);
        var name = bucket + "/" + row.getString(5)
                + (version.equals(Objects.NULL_VERSION) ? "" : " (version " + version + ")");
        return new Damaged(
                new BlobId(row.getObject(1, UUID.class)),
                row.getString(2),
                row.getTimestamp(3).toInstant(),
                bucket.isEmpty() ? Optional.empty() : Optional.of(name));
    }

    private static OffsetDateTime at(Instant time) {
        return OffsetDateTime.ofInstant(time, ZoneOffset.UTC);
    }
}
