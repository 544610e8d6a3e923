package io.coppice.cloud.identity.entity;

import jakarta.persistence.EntityManager;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;
import org.hibernate.query.TupleTransformer;

/** SQL queries whose rows have a type, for tables that have no entity of their own. */
public final class Sql {
    /** One object for all: queries are told apart by it, and those that are the same find their plan again. */
    private static final TupleTransformer<String> FIRST = (row, names) -> (String) row[0];

    private Sql() {}

    /** A query of several columns. */
    public static NativeQuery<Object[]> rows(EntityManager entities, String sql) {
        return entities.unwrap(Session.class).createNativeQuery(sql, Object[].class);
    }

    /** A query of one column of text. Asked for as {@code String.class} it would get a new plan each time. */
    public static NativeQuery<String> texts(EntityManager entities, String sql) {
        return rows(entities, sql).setTupleTransformer(FIRST);
    }
}
