package io.coppice.cloud.store;

import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * Statements as JDBC has them, on the caller's transaction: for the few that every launch and every report runs, where
 * Hibernate's way to a native query takes longer than PostgreSQL takes for the query. Tables are those of the cloud's
 * schema, which the connection's search path names. Nothing that Hibernate has not written yet is written before:
 * call {@code flush} where that matters. Thread-safe.
 */
public final class PlainSql {
    private static final String LOCK = "select pg_advisory_xact_lock(hashtextextended(?, 0))";

    /** To the end of the transaction. */
    private static final String PLAN = "select set_config('plan_cache_mode', ?, true)";

    private PlainSql() {}

    /** Reads one row; the result set stands on it. */
    @FunctionalInterface
    public interface RowReader<T> {
        /** The row as a value. Must not move the result set. */
        T read(ResultSet row) throws SQLException;
    }

    /**
     * An array as a parameter, for {@code unnest}.
     *
     * @param type what PostgreSQL calls the type of each value
     * @param values in an array of their own class where that is {@code byte[]}; times as text
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; goes to the database.
    public record Values(String type, @Nullable Object[] values) {}

    /**
     * Runs a statement and gives the number of rows it changed.
     *
     * @param parameters for each {@code ?} in turn: text, a number, a time with offset, an array of text or of {@code Long},
     *     or {@link Values}
     */
    public static int update(EntityManager entities, String sql, @Nullable Object... parameters) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (var statement = prepare(connection, sql, parameters)) {
                return statement.executeUpdate();
            }
        });
    }

    /** As {@link #update} for a statement that gives rows, all of which are read. */
    public static <T> List<T> query(
            EntityManager entities, String sql, RowReader<T> reader, @Nullable Object... parameters) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (var statement = prepare(connection, sql, parameters);
                    var rows = statement.executeQuery()) {
                var values = new ArrayList<T>();
                while (rows.next()) {
                    values.add(reader.read(rows));
                }
                return values;
            }
        });
    }

    /** Waits until no other transaction holds the lock of this name, and holds it to the end of this one. */
    public static void lock(EntityManager entities, String name) {
        query(entities, LOCK, row -> true, name);
    }

    /**
     * Several statements, none of which takes its parameters from another's result, sent together: one way to the database
     * and back. They run one after the other, and each sees what was committed before it began. Used by one thread.
     */
    public static final class Together {
        private final StringBuilder text = new StringBuilder();
        private final List<@Nullable Object> parameters = new ArrayList<>();
        private final List<Part<?>> parts = new ArrayList<>();
        private boolean plannedOnce;

        /**
         * They are planned once for all parameters to come, as long as the connection is there. For a few look-ups by index:
         * PostgreSQL else plans such anew each time that it is given a short array, which takes longer than to carry them out.
         */
        public static Together plannedOnce() {
            var together = new Together();
            together.plannedOnce = true;
            together.query(PLAN, row -> true, "force_generic_plan");
            return together;
        }

        /** @param reader null for a statement that gives no rows */
        private record Part<T>(@Nullable RowReader<T> reader, List<T> values) {
            void read(ResultSet rows) throws SQLException {
                while (reader != null && rows.next()) {
                    values.add(reader.read(rows));
                }
            }
        }

        /** Adds what {@link PlainSql#lock} does. */
        public Together lock(String name) {
            query(LOCK, row -> true, name);
            return this;
        }

        /** Adds a statement that gives rows; the list has them once all were {@link #run}. */
        public <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... itsParameters) {
            var part = new Part<T>(reader, new ArrayList<>());
            add(part, sql, itsParameters);
            return part.values();
        }

        /** Adds a statement that gives no rows; later ones see what it has changed. */
        public Together update(String sql, @Nullable Object... itsParameters) {
            add(new Part<>(null, List.of()), sql, itsParameters);
            return this;
        }

        private void add(Part<?> part, String sql, @Nullable Object... itsParameters) {
            text.append(parts.isEmpty() ? "" : ";\n").append(sql);
            parameters.addAll(Arrays.asList(itsParameters));
            parts.add(part);
        }

        /** Runs them all, in the order in which they were added. */
        public void run(EntityManager entities) {
            if (plannedOnce) {
                query(PLAN, row -> true, "auto");
            }
            entities.unwrap(Session.class).doWork(connection -> {
                try (var statement = prepare(connection, text.toString(), parameters.toArray())) {
                    statement.execute();
                    for (int i = 0; i < parts.size(); i++) {
                        if (i > 0) {
                            statement.getMoreResults();
                        }
                        if (parts.get(i).reader() != null) {
                            try (var rows = statement.getResultSet()) {
                                parts.get(i).read(rows);
                            }
                        }
                    }
                }
            });
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, @Nullable Object... parameters)
            throws SQLException {
        var statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                bind(connection, statement, i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private static void bind(Connection connection, PreparedStatement statement, int place, @Nullable Object value)
            throws SQLException {
        switch (value) {
            case String[] texts -> statement.setArray(place, connection.createArrayOf("varchar", texts));
            case Long[] numbers -> statement.setArray(place, connection.createArrayOf("bigint", numbers));
            case Values(var type, var values) -> statement.setArray(place, connection.createArrayOf(type, values));
            case null, default -> statement.setObject(place, value);
        }
    }
}
