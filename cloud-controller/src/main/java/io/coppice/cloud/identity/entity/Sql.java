package io.coppice.cloud.identity.entity;

import jakarta.persistence.EntityManager;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;

/** SQL queries whose rows have a type, for tables that have no entity of their own. */
public final class Sql {
    private Sql() {}

    /** A query of several columns. */
    public static NativeQuery<Object[]> rows(EntityManager entities, String sql) {
        return entities.unwrap(Session.class).createNativeQuery(sql, Object[].class);
    }

    /** A query of one column of text. */
    public static NativeQuery<String> texts(EntityManager entities, String sql) {
        return entities.unwrap(Session.class).createNativeQuery(sql, String.class);
    }
}
