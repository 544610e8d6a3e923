package io.coppice.walrus.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.function.Function;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.Test;

/**
 * If this failed, the database would plan each read of a small object anew, which takes it several times as long as to read
 * one.
 */
class PlainReadsTest {
    private static final int KEYS = 1_000;
    /** The driver names a statement at its fifth run, and the database looks at five plans of their own before it keeps one. */
    private static final int RUNS = 40;

    @Test
    void readsOfFewKeysKeepTheirPlan() throws Exception {
        try (var postgres = EmbeddedPostgres.builder().start();
                var connection = DriverManager.getConnection(WalrusFixture.database(postgres))) {
            var bucket = fill(connection);
            var reads = new PlainReads(new OneConnection(connection));
            for (int run = 0; run < RUNS; run++) {
                var asked = new ArrayList<PlainReads.Asked>();
                for (int i = 0; i <= run % 4; i++) {
                    asked.add(new PlainReads.Asked(bucket, "key-" + (run * 7 + i), true));
                }
                var found = reads.find(asked);
                for (int i = 0; i < asked.size(); i++) {
                    assertEquals(
                            asked.get(i).key(),
                            found.get(i).orElseThrow().object().key());
                }
            }
            assertTrue(keptPlanRuns(connection) >= RUNS / 2, "runs of a kept plan: " + keptPlanRuns(connection));
        }
    }

    private static long fill(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "insert into bucket (name, account_id, canonical_id, owner_name, region, created_at)"
                            + " values ('reads', '111111111111', repeat('a', 64), 'alice', 'us-east-1', now())");
            statement.executeUpdate("insert into object (bucket_id, object_key, size_bytes, etag, headers, part_count,"
                    + " modified_at, owner_account, owner_id, owner_name, content) select bucket_id, 'key-' || n, 4,"
                    + " md5(n::text), '', 0, now(), account_id, canonical_id, owner_name, 'text'::bytea from bucket,"
                    + " generate_series(0, " + (KEYS - 1) + ") n");
            statement.execute("vacuum analyze object");
            return number(connection, "select bucket_id from bucket");
        }
    }

    private static long keptPlanRuns(Connection connection) throws SQLException {
        return number(
                connection,
                "select coalesce(sum(generic_plans), 0) from pg_prepared_statements where statement like '%asked.whole%'");
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Plans belong to a connection, so there is only one. */
    private record OneConnection(Connection connection) implements Transactions {
        @Override
        public <T> T call(Function<StatelessSession, T> work) {
            throw new UnsupportedOperationException("single statements only");
        }

        @Override
        public <T> T single(Statement<T> work) {
            try {
                return work.run(connection);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }
}
