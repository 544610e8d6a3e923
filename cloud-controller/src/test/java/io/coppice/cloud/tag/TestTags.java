package io.coppice.cloud.tag;

import io.coppice.cloud.store.Database;

/** The product's tags for the tests of other features. */
public final class TestTags {
    /** The entity that a test's database must map. */
    public static final Class<?> ENTITY = TagRow.class;

    private TestTags() {}

    /** Tags kept in this database. */
    public static Tags in(Database database) {
        return new StoredTags(database);
    }
}
