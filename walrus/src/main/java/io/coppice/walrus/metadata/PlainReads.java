package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the newest objects of several keys, with their bytes or where those lie, by one statement. Thread-safe. */
final class PlainReads {
    /** A segment's fields in one text: what makes it up has no spaces. Of one moment with the row, which may be overwritten. */
    private static final String SEGMENTS =
            "case when content is null then (select array_agg(concat_ws(' ', part_number,"
                    + " blob_id, segment.size_bytes, coalesce(segment.checksum_value, '-'), coalesce(nonce, '-')) order by position)"
                    + " from segment where segment.object_id = object.object_id) end";

    /**
     * The arrays come by subqueries, so that the planner never knows how long they are: a plan for any length then seems no
     * dearer than one for this length, and is kept (PostgreSQL, "PREPARE", notes). To plan takes longer than to read.
     */
    private static final String EACH = "select " + ObjectRow.COLUMNS
            + ", content is not null, content_nonce, case when asked.whole then content end, " + SEGMENTS
            + ", asked.number from unnest((select ?::bigint[]), (select ?::text[]), (select ?::boolean[]))"
            + " with ordinality as asked (bucket, key, whole, number)"
            // The limit keeps the planner from reading the whole table for the few that are asked for.
            + " cross join lateral (select * from object where bucket_id = asked.bucket and object_key = asked.key"
            + " and is_latest and not delete_marker limit 1) as object";

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
                    found.set(rows.getInt(ObjectRow.COLUMN_COUNT + 5) - 1, Optional.of(found(rows)));
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
            return new PlainObjects.Found(object, segments(row.getArray(ObjectRow.COLUMN_COUNT + 4)));
        }
        var nonce = Optional.ofNullable(row.getString(ObjectRow.COLUMN_COUNT + 2));
        var content = row.getBytes(ObjectRow.COLUMN_COUNT + 3);
        return new PlainObjects.Found(object, List.of(Segment.inRow(content, object.sizeBytes(), nonce)));
    }

    private static List<Segment> segments(@Nullable Array texts) throws SQLException {
        return texts == null
                ? List.of()
                : Arrays.stream((String[]) texts.getArray())
                        .map(PlainReads::segment)
                        .toList();
    }

    private static Segment segment(String text) {
        var fields = text.split(" ");
        return new Segment(
                Integer.parseInt(fields[0]),
                BlobId.parse(fields[1]),
                Long.parseLong(fields[2]),
                known(fields[3]),
                known(fields[4]));
    }

    private static Optional<String> known(String field) {
        return field.equals("-") ? Optional.empty() : Optional.of(field);
    }
}
