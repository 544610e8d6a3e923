package io.coppice.walrus.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * If this failed, a page of a list would cost more the more keys there are. What a page costs is counted in the pages of the
 * database that it touches, which no other load on the machine changes.
 */
class ListCostTest {
    private static final int PAGE = 1000;
    private static final int SMALL = 10_000;
    private static final double TOLERANCE = 1.2;
    private static final Pattern BUFFERS = Pattern.compile("Buffers: shared(?: hit=(\\d+))?(?: read=(\\d+))?");

    @Test
    void aPageCostsTheSameAmongTenTimesAsManyKeys() throws Exception {
        compare(10 * SMALL);
    }

    @Test
    @Tag("full")
    void aPageCostsTheSameAmongTenMillionKeys() throws Exception {
        compare(1_000 * SMALL);
    }

    private static void compare(int many) throws Exception {
        try (var postgres = EmbeddedPostgres.builder().start();
                var connection = DriverManager.getConnection(WalrusFixture.database(postgres))) {
            var few = pageCost(connection, fill(connection, "few", SMALL), SMALL);
            var lots = pageCost(connection, fill(connection, "lots", many), many);
            assertTrue(
                    lots <= few * TOLERANCE,
                    "a page of " + PAGE + " touches " + few + " pages among " + SMALL + " keys and " + lots + " among "
                            + many);
        }
    }

    /** A bucket with so many objects, and tells its id. */
    private static long fill(Connection connection, String name, int count) throws SQLException {
        try (var statement = connection.createStatement()) {
            long bucket;
            try (var made =
                    statement.executeQuery("insert into bucket (name, account_id, canonical_id, owner_name, region,"
                            + " created_at) values ('" + name
                            + "', '111111111111', repeat('a', 64), 'alice', 'us-east-1', now()) returning bucket_id")) {
                made.next();
                bucket = made.getLong(1);
            }
            statement.executeUpdate("insert into object (bucket_id, object_key, size_bytes, etag, headers, part_count,"
                    + " modified_at, owner_account, owner_id, owner_name) select " + bucket
                    + ", 'photos/' || lpad(n::text, 9, '0'), 4096, md5(n::text), '', 0, now(), '111111111111',"
                    + " repeat('a', 64), 'alice' from generate_series(1, " + count + ") n");
            statement.execute("vacuum analyze object");
            return bucket;
        }
    }

    /** Pages of the database that one page of a list from the middle touches. */
    private static long pageCost(Connection connection, long bucket, int count) throws SQLException {
        var from = new KeyRange("photos/%09d".formatted(count / 2), false, Optional.of("photos0"));
        var explain = "explain (analyze, buffers, timing off) " + PlainLists.text(from, PAGE);
        try (var query = connection.prepareStatement(explain)) {
            PlainLists.bind(query, bucket, from);
            try (var rows = query.executeQuery()) {
                var plan = new StringBuilder();
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
                var buffers = BUFFERS.matcher(plan);
                assertTrue(buffers.find(), plan::toString);
                assertEquals(-1, plan.indexOf("Sort"), plan::toString);
                return number(buffers.group(1)) + number(buffers.group(2));
            }
        }
    }

    private static long number(@Nullable String text) {
        return text == null ? 0 : Long.parseLong(text);
    }
}
