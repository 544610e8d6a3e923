package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import io.coppice.walrus.blob.StoredBlob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The short way to objects whose keys have one version: each method is one statement that commits by itself. Whatever needs
 * more (versions, blobs to release, conditions, reasons for a refusal) is left to {@link Objects} and {@link Versions}, and
 * an empty answer says that it needs that. Thread-safe.
 */
public final class PlainObjects {
    /** Row and segments in one statement, so that both are of one moment: an object may be overwritten meanwhile. */
    private static final String READ = "select " + ObjectRow.COLUMNS + ", content is not null, content_nonce, %s, "
            + Stream.of("part_number", "blob_id", "size_bytes", "checksum_value", "nonce")
                    .map(column -> "case when content is null then array(select segment." + column
                            + " from segment where segment.object_id = object.object_id order by position) end")
                    .collect(Collectors.joining(", "))
            + " from object where bucket_id = ? and object_key = ? and is_latest and not delete_marker";

    private static final String WITH_CONTENT = READ.formatted("content");
    private static final String WITHOUT_CONTENT = READ.formatted("cast(null as bytea)");

    /**
     * Nothing is written where versions are kept, nor over an object whose bytes lie in blobs. That the bucket is there
     * when this commits is what the foreign key is for.
     */
    private static final String PUT = "insert into object (bucket_id, object_key, size_bytes, etag, headers,"
            + " checksum_algorithm, checksum_type, checksum_value, part_count, modified_at, content, content_nonce, "
            + TraitsColumns.NAMES + ") select bucket_id, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            + " from bucket where bucket_id = ? and versioning is null"
            + " on conflict (bucket_id, object_key, version_id) do update set size_bytes = excluded.size_bytes,"
            + " etag = excluded.etag, headers = excluded.headers, checksum_algorithm = excluded.checksum_algorithm,"
            + " checksum_type = excluded.checksum_type, checksum_value = excluded.checksum_value, part_count = 0,"
            + " modified_at = excluded.modified_at, upload_id = null, content = excluded.content,"
            + " content_nonce = excluded.content_nonce, " + TraitsColumns.FROM_EXCLUDED
            + " where object.content is not null";

    /**
     * The same for an object whose bytes lie in a blob, of a key that has no object yet: otherwise there would be a blob to
     * release.
     */
    private static final String PUT_BLOB = "with added as (insert into object (bucket_id, object_key, size_bytes, etag,"
            + " headers, checksum_algorithm, checksum_type, checksum_value, part_count, modified_at, "
            + TraitsColumns.NAMES + ") select bucket_id, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            + " from bucket where bucket_id = ? and versioning is null"
            + " on conflict (bucket_id, object_key, version_id) do nothing returning object_id),"
            + " kept as (insert into blob (blob_id, size_bytes, crc32c, reference_count, created_at)"
            + " select ?, ?, ?, 1, ? from added)"
            + " insert into segment (object_id, position, part_number, blob_id, size_bytes, nonce)"
            + " select object_id, 0, ?, ?, ?, ? from added";

    private static final String DELETE = "delete from object where bucket_id = ? and object_key = ?"
            + " and version_id = 'null' and content is not null"
            + " and exists (select from bucket where bucket_id = ? and versioning is null)";

    private final Transactions transactions;
    private final Clock clock;

    /** Takes its times from {@code clock}. */
    public PlainObjects(Transactions transactions, Clock clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * An object that was found.
     *
     * @param segments its bytes in order; those that lie in its row have no content when that was not asked for
     */
    public record Found(ObjectRow object, List<Segment> segments) {
        public Found {
            segments = List.copyOf(segments);
        }
    }

    /** The newest object of that key; empty also when that is a delete marker. */
    public Optional<Found> find(long bucketId, String key, boolean withContent) {
        return transactions.single(connection -> {
            try (var query = connection.prepareStatement(withContent ? WITH_CONTENT : WITHOUT_CONTENT)) {
                query.setLong(1, bucketId);
                query.setString(2, key);
                try (var rows = query.executeQuery()) {
                    return rows.next() ? Optional.of(found(rows)) : Optional.empty();
                }
            }
        });
    }

    /** Puts an object whose bytes lie in its row; empty, and nothing done, where that takes more than one statement. */
    public Optional<Instant> put(long bucketId, String key, NewObject object) {
        var now = clock.instant();
        return transactions.single(connection -> put(connection, bucketId, key, object, now))
                ? Optional.of(now)
                : Optional.empty();
    }

    /** Puts a new object whose bytes lie in {@code blob}; empty, and nothing done, where that takes more than this. */
    public Optional<Instant> put(long bucketId, String key, NewObject object, StoredBlob blob) {
        var now = clock.instant();
        return transactions.single(connection -> put(connection, bucketId, key, object, blob, now))
                ? Optional.of(now)
                : Optional.empty();
    }

    /** Removes an object whose bytes lie in its row; false, and nothing done, where there is no such one. */
    public boolean delete(long bucketId, String key) {
        return transactions.single(connection -> {
            try (var statement = connection.prepareStatement(DELETE)) {
                statement.setLong(1, bucketId);
                statement.setString(2, key);
                statement.setLong(3, bucketId);
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static Found found(ResultSet rows) throws SQLException {
        var object = ObjectRow.read(rows);
        var inRow = rows.getBoolean(ObjectRow.COLUMN_COUNT + 1);
        if (!inRow) {
            return new Found(object, segments(rows, ObjectRow.COLUMN_COUNT + 3));
        }
        var nonce = Optional.ofNullable(rows.getString(ObjectRow.COLUMN_COUNT + 2));
        var content = rows.getBytes(ObjectRow.COLUMN_COUNT + 3);
        return new Found(object, List.of(Segment.inRow(content, object.sizeBytes(), nonce)));
    }

    private static List<Segment> segments(ResultSet row, int before) throws SQLException {
        var numbers = (Integer[]) row.getArray(before + 1).getArray();
        var blobs = (UUID[]) row.getArray(before + 2).getArray();
        var sizes = (Long[]) row.getArray(before + 3).getArray();
        var checksums = (String[]) row.getArray(before + 4).getArray();
        var nonces = (String[]) row.getArray(before + 5).getArray();
        var segments = new ArrayList<Segment>(numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            segments.add(new Segment(
                    numbers[i],
                    new BlobId(blobs[i]),
                    sizes[i],
                    Optional.ofNullable(checksums[i]),
                    Optional.ofNullable(nonces[i])));
        }
        return segments;
    }

    private static boolean put(Connection connection, long bucketId, String key, NewObject object, Instant now)
            throws SQLException {
        var whole = object.inRow().orElseThrow();
        try (var statement = connection.prepareStatement(PUT)) {
            var next = new Binder(statement);
            next.description(key, object, now);
            next.bytes(whole.content().orElseThrow());
            next.text(whole.nonce().orElse(null));
            next.traits(object.traits());
            next.number(bucketId);
            return statement.executeUpdate() == 1;
        }
    }

    private static boolean put(
            Connection connection, long bucketId, String key, NewObject object, StoredBlob blob, Instant now)
            throws SQLException {
        var whole = object.segments().getFirst();
        try (var statement = connection.prepareStatement(PUT_BLOB)) {
            var next = new Binder(statement);
            next.description(key, object, now);
            next.traits(object.traits());
            next.number(bucketId);
            next.id(blob.id());
            next.number(blob.sizeBytes());
            next.number(blob.crc32c());
            next.time(now);
            next.number(whole.partNumber());
            next.id(blob.id());
            next.number(whole.sizeBytes());
            next.text(whole.nonce().orElse(null));
            return statement.executeUpdate() == 1;
        }
    }

    /** Sets one parameter after another. */
    private static final class Binder {
        private final PreparedStatement statement;
        private int position;

        private Binder(PreparedStatement statement) {
            this.statement = statement;
        }

        private void text(@Nullable String value) throws SQLException {
            statement.setString(++position, value);
        }

        private void number(long value) throws SQLException {
            statement.setLong(++position, value);
        }

        private void number(Optional<Long> value) throws SQLException {
            statement.setObject(++position, value.orElse(null), Types.BIGINT);
        }

        private void id(BlobId value) throws SQLException {
            statement.setObject(++position, value.value());
        }

        /** What every row of an object begins with. */
        private void description(String key, NewObject object, Instant now) throws SQLException {
            var checksum = object.checksum();
            text(key);
            number(object.sizeBytes());
            text(object.etag());
            text(object.headers().text());
            text(checksum.map(StoredChecksum::algorithm).orElse(null));
            text(checksum.map(StoredChecksum::type).orElse(null));
            text(checksum.map(StoredChecksum::value).orElse(null));
            time(now);
        }

        private void bytes(byte[] value) throws SQLException {
            statement.setBytes(++position, value);
        }

        private void time(@Nullable Instant value) throws SQLException {
            if (value == null) {
                statement.setNull(++position, Types.TIMESTAMP_WITH_TIMEZONE);
            } else {
                statement.setObject(++position, OffsetDateTime.ofInstant(value, ZoneOffset.UTC));
            }
        }

        /** In the order of {@link TraitsColumns#NAMES}. */
        private void traits(ObjectTraits traits) throws SQLException {
            text(traits.owner().accountId());
            text(traits.owner().canonicalId());
            text(traits.owner().displayName());
            text(traits.acl().orElse(null));
            text(traits.tags().orElse(null));
            text(traits.storageClass());
            text(traits.encryption().orElse(null));
            text(traits.lock().mode().orElse(null));
            time(traits.lock().until().orElse(null));
            statement.setBoolean(++position, traits.lock().legalHold());
        }
    }
}
