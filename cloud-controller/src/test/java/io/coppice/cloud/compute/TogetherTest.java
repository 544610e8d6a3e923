package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, statements that are sent together get each other's results, or do not see what earlier ones changed. */
class TogetherTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final String PUT = "insert into account_settings (account_id, name, value) values (?, ?, ?)";
    private static final String NAMES = "select name from account_settings where value = ? order by name";

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("account_settings");
    }

    @Test
    void eachGetsItsOwnAndSeesWhatWasChangedBefore() {
        DATABASE.run(entities -> {
            var together = new PlainSql.Together();
            var before = together.query(NAMES, row -> row.getString(1), "x");
            together.update(PUT, "1", "first", "x");
            together.update(PUT, "1", "second", "x");
            var between = together.query(NAMES, row -> row.getString(1), "x");
            together.update("delete from account_settings where name = ?", "first");
            var after = together.query(NAMES, row -> row.getString(1), "x");
            together.run(entities);
            assertTrue(before.isEmpty());
            assertEquals(List.of("first", "second"), between);
            assertEquals(List.of("second"), after);
        });
    }

    @Test
    void changesAloneMayBeSent() {
        DATABASE.run(entities -> {
            new PlainSql.Together()
                    .update(PUT, "1", "first", "x")
                    .update(PUT, "1", "second", "x")
                    .run(entities);
            assertEquals(2, PlainSql.query(entities, NAMES, row -> true, "x").size());
        });
    }

    @Test
    void whatIsPlannedOnceChangesNoOtherStatementsPlans() {
        var mode = "select current_setting('plan_cache_mode') where ? = 'x'";
        DATABASE.run(entities -> {
            var together = PlainSql.Together.plannedOnce();
            var within = together.query(mode, row -> row.getString(1), "x");
            together.update(PUT, "1", "first", "x");
            var found = together.query(NAMES, row -> row.getString(1), "x");
            together.run(entities);
            assertEquals(List.of("force_generic_plan"), within);
            assertEquals(List.of("first"), found);
            assertEquals(List.of("auto"), PlainSql.query(entities, mode, row -> row.getString(1), "x"));
        });
    }
}
