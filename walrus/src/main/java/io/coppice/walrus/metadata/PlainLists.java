package io.coppice.walrus.metadata;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Reads what lists tell of objects, and no more of their rows than that. Thread-safe. */
final class PlainLists {
    private static final String COLUMNS =
            "object_key, modified_at, etag, size_bytes, checksum_algorithm, checksum_type,"
                    + " checksum_value, storage_class, owner_account, owner_id, owner_name";

    private final Transactions transactions;

    PlainLists(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Objects whose keys lie in {@code range}, in the order of their keys' UTF-8 bytes; at most {@code limit}. */
    List<ListedObject> list(long bucketId, KeyRange range, int limit) {
        return transactions.single(connection -> {
            try (var query = connection.prepareStatement(text(range, limit))) {
                bind(query, bucketId, range);
                try (var rows = query.executeQuery()) {
                    var objects = new ArrayList<ListedObject>(limit);
                    while (rows.next()) {
                        objects.add(read(rows));
                    }
                    return objects;
                }
            }
        });
    }

    /** The statement that reads a page. Its length is part of the text, so that the plan fits it. */
    static String text(KeyRange range, int limit) {
        return "select " + COLUMNS + " from object where bucket_id = ? and is_latest and not delete_marker"
                + " and object_key " + (range.fromInclusive() ? ">=" : ">") + " ?"
                + (range.until().isPresent() ? " and object_key < ?" : "") + " order by object_key limit " + limit;
    }

    /** Sets the parameters of {@link #text}. */
    static void bind(PreparedStatement query, long bucketId, KeyRange range) throws SQLException {
        query.setLong(1, bucketId);
        query.setString(2, range.from());
        if (range.until().isPresent()) {
            query.setString(3, range.until().get());
        }
    }

    private static ListedObject read(ResultSet row) throws SQLException {
        return new ListedObject(
                row.getString(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getString(3),
                row.getLong(4),
                StoredChecksum.of(row.getString(5), row.getString(6), row.getString(7)),
                row.getString(8),
                new BucketOwner(row.getString(9), row.getString(10), row.getString(11)));
    }
}
