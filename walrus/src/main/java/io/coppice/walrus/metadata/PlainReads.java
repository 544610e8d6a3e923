package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Reads the newest objects of several keys, with their bytes or where those lie, by one statement. Thread-safe. */
final class PlainReads {
    private static final String EACH = "select " + ObjectRow.COLUMNS
            + ", content is not null, content_nonce, case when asked.whole then content end,"
            + " bytes.numbers, bytes.blobs, bytes.sizes, bytes.checksums, bytes.nonces, asked.number"
            + " from unnest(?, ?, ?) with ordinality as asked (bucket, key, whole, number)"
            // The limit keeps the planner from reading the whole table for the few that are asked for.
            + " cross join lateral (select * from object where bucket_id = asked.bucket and object_key = asked.key"
            + " and is_latest and not delete_marker limit 1) as object"
            // Of one moment with the row: an object may be overwritten meanwhile.
            + " cross join lateral (select array_agg(part_number order by position) as numbers,"
            + " array_agg(blob_id order by position) as blobs, array_agg(segment.size_bytes order by position) as sizes,"
            + " array_agg(segment.checksum_value order by position) as checksums,"
            + " array_agg(nonce order by position) as nonces from segment"
            + " where segment.object_id = object.object_id and object.content is null) as bytes";

    private final Transactions transactions;

    PlainReads(Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * What is asked for.
     *
     * @param whole whether bytes that lie in the row are wanted
     */
    record Asked(long bucketId, String key, boolean whole) {}

    /** What was found of each, in their order. */
    List<Optional<PlainObjects.Found>> find(List<Asked> asked) {
        return transactions.single(connection -> find(connection, asked));
    }

    private static List<Optional<PlainObjects.Found>> find(Connection connection, List<Asked> asked)
            throws SQLException {
        var found = new ArrayList<>(Collections.nCopies(asked.size(), Optional.<PlainObjects.Found>empty()));
        try (var query = connection.prepareStatement(EACH)) {
            query.setArray(1, array(connection, "bigint", asked.stream().map(Asked::bucketId)));
            query.setArray(2, array(connection, "text", asked.stream().map(Asked::key)));
            query.setArray(3, array(connection, "boolean", asked.stream().map(Asked::whole)));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    found.set(rows.getInt(ObjectRow.COLUMN_COUNT + 9) - 1, Optional.of(found(rows)));
                }
            }
        }
        return found;
    }

    private static Array array(Connection connection, String type, Stream<?> values) throws SQLException {
        return connection.createArrayOf(type, values.toArray());
    }

    private static PlainObjects.Found found(ResultSet row) throws SQLException {
        var object = ObjectRow.read(row);
        var inRow = row.getBoolean(ObjectRow.COLUMN_COUNT + 1);
        if (!inRow) {
            return new PlainObjects.Found(object, segments(row, ObjectRow.COLUMN_COUNT + 3));
        }
        var nonce = Optional.ofNullable(row.getString(ObjectRow.COLUMN_COUNT + 2));
        var content = row.getBytes(ObjectRow.COLUMN_COUNT + 3);
        return new PlainObjects.Found(object, List.of(Segment.inRow(content, object.sizeBytes(), nonce)));
    }

    private static List<Segment> segments(ResultSet row, int before) throws SQLException {
        var present = row.getArray(before + 1);
        if (present == null) {
            return List.of();
        }
        var numbers = (Integer[]) present.getArray();
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
}
