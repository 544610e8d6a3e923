package io.coppice.walrus.metadata;

import java.util.List;
import org.hibernate.query.NativeQuery;

/**
 * Reads the one column of a native query. Asked for a class of its own, as {@code createNativeQuery(sql, Long.class)},
 * Hibernate makes a new plan each time and looks for the old ones among all that it made before; a plan for an array is
 * found again.
 */
final class Column {
    private Column() {}

    /** The values in order, none of them null. */
    static <T> List<T> of(NativeQuery<Object[]> query, Class<T> type) {
        return query.getResultList().stream().map(row -> type.cast(row[0])).toList();
    }
}
