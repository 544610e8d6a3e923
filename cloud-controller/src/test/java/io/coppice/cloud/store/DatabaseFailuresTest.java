package io.coppice.cloud.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** If this fails, a full or lost database is told to users as a fault of ours, with a stack trace in the log. */
class DatabaseFailuresTest {
    @Test
    void aFullDiskPassesAndIsNamed() {
        var full = new SQLException("ERROR: could not extend file: No space left on device\n  Hint: …", "53100");
        var batch = new BatchUpdateException("Batch entry 0 insert into secret … was aborted", "53100", new int[0]);
        batch.setNextException(full);
        for (var failure : new Throwable[] {full, batch, new IllegalStateException(new RuntimeException(batch))}) {
            assertTrue(DatabaseFailures.unavailable(failure), failure.toString());
            assertEquals(
                    "ERROR: could not extend file: No space left on device"
                            + " (make room where the database's files are; it goes on by itself)",
                    DatabaseFailures.reason(failure));
        }
    }

    @Test
    void aRefusalIsNoAbsence() {
        var duplicate = new IllegalStateException(new SQLException("duplicate key", "23505"));
        assertFalse(DatabaseFailures.unavailable(duplicate));
        assertFalse(DatabaseFailures.unavailable(new IllegalStateException("no database in sight")));
        assertTrue(DatabaseFailures.unavailable(new SQLException("the pool has none", (String) null)));
        assertTrue(DatabaseFailures.unavailable(new SQLException("terminating", "57P01")));
    }
}
