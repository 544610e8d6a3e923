package io.coppice.cloud.query;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.store.TestDatabase;
import org.junit.jupiter.api.Test;

/** If this fails, a token given out by one replica, or before a restart, is refused by the next. */
class StoredPageTokenKeyTest {
    @Test
    void everyReplicaHasTheSameKey() {
        try (var database = TestDatabase.start()) {
            var first = new StoredPageTokenKey(database).bytes();
            assertEquals(32, first.length);
            assertArrayEquals(first, new StoredPageTokenKey(database).bytes());
        }
    }
}
