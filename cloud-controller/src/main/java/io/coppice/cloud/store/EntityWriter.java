package io.coppice.cloud.store;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes objects of an entity class as rows, by the entity's own annotations but without Hibernate's session around each:
 * one statement for one object as for many. The objects belong to no session, before and after. Knows the same annotations
 * as {@link EntityReader}; refuses any other at construction. Thread-safe.
 *
 * @param <T> the entity
 */
public final class EntityWriter<T> {
    private final List<Source> inserted;
    /** The id and what is changed of its row. */
    private final List<Source> updated;

    private final String insert;
    private final String update;

    /** A column with its type in PostgreSQL, and how its value is got of an entity. */
    private record Source(String column, Class<?> type, MethodHandle value) {
        @Nullable
        Object of(Object entity) {
            try {
                return sql((Object) value.invokeExact(entity));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("the column " + column + " cannot be read of its entity", e);
            }
        }

        private static @Nullable Object sql(@Nullable Object value) {
            return switch (value) {
                case Enum<?> constant -> constant.name();
                case Instant instant -> instant.toString();
                case null, default -> value;
            };
        }

        String sqlType() {
            if (type == String.class || type.isEnum()) {
                return "varchar";
            }
            if (type == long.class) {
                return "bigint";
            }
            if (type == int.class || type == Integer.class) {
                return "integer";
            }
            if (type == boolean.class) {
                return "boolean";
            }
            if (type == byte[].class) {
                return "bytea";
            }
            if (type == Instant.class) {
                return "timestamptz";
            }
            throw new IllegalArgumentException(column + " has a type that is not written here: " + type);
        }

        PlainSql.Values values(Collection<?> entities) {
            var values = new ArrayList<@Nullable Object>(entities.size());
            for (var entity : entities) {
                values.add(of(entity));
            }
            return new PlainSql.Values(
                    sqlType(), type == byte[].class ? values.toArray(byte[][]::new) : values.toArray());
        }
    }

    /**
     * Reads the class's annotations once.
     *
     * @param lookup of a class that sees the entity's fields
     * @param updatable the columns that {@link #update} writes
     */
    public EntityWriter(Class<T> entity, MethodHandles.Lookup lookup, Set<String> updatable) {
        var table = entity.getAnnotation(Table.class).name();
        var id = idColumn(entity);
        inserted = sources(entity, lookup);
        updated = inserted.stream()
                .filter(source -> source.column().equals(id) || updatable.contains(source.column()))
                .toList();
        if (updated.size() != updatable.size() + 1) {
            throw new IllegalArgumentException(entity + " has not all of the columns " + updatable);
        }
        insert = "insert into " + table + " (" + names(inserted) + ") select " + names(inserted) + " from "
                + unnest(inserted);
        update = "update " + table + " t set "
                + updatable.stream()
                        .sorted()
                        .map(column -> column + " = w." + column)
                        .collect(Collectors.joining(", "))
                + " from " + unnest(updated) + " where t." + id + " = w." + id;
    }

    private static String idColumn(Class<?> entity) {
        for (var field : entity.getDeclaredFields()) {
            if (field.isAnnotationPresent(Id.class)) {
                return field.getAnnotation(Column.class).name();
            }
        }
        throw new IllegalArgumentException(entity + " has no id");
    }

    private static String names(List<Source> sources) {
        return sources.stream().map(Source::column).collect(Collectors.joining(", "));
    }

    /** As many rows as the arrays have values, in their order. */
    private static String unnest(List<Source> sources) {
        return "unnest("
                + sources.stream()
                        .map(source -> "cast(? as " + source.sqlType() + "[])")
                        .collect(Collectors.joining(", "))
                + ") as w(" + names(sources) + ")";
    }

    private static List<Source> sources(Class<?> entity, MethodHandles.Lookup lookup) {
        try {
            var sources = new ArrayList<Source>();
            for (var field : entity.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())
                        || Modifier.isTransient(field.getModifiers())
                        || field.isAnnotationPresent(Transient.class)) {
                    continue;
                }
                var getter = lookup.unreflectGetter(field);
                if (field.isAnnotationPresent(Embedded.class)) {
                    embedded(field, getter, lookup, sources);
                } else {
                    add(field, field.getType(), getter, sources);
                }
            }
            return List.copyOf(sources);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(entity + " cannot be written", e);
        }
    }

    /** As Hibernate has it: where the record is null, all its columns are. */
    private static void embedded(Field field, MethodHandle getter, MethodHandles.Lookup lookup, List<Source> sources)
            throws ReflectiveOperationException {
        var record = field.getType();
        if (!record.isRecord()) {
            throw new IllegalArgumentException(field + " is embedded and no record");
        }
        for (var component : record.getRecordComponents()) {
            var part = record.getDeclaredField(component.getName());
            var boxed = MethodType.methodType(Object.class, record);
            var read = lookup.unreflect(component.getAccessor()).asType(boxed);
            var nothing = MethodHandles.dropArguments(MethodHandles.constant(Object.class, null), 0, record);
            var isNull = lookup.findStatic(
                            java.util.Objects.class, "isNull", MethodType.methodType(boolean.class, Object.class))
                    .asType(MethodType.methodType(boolean.class, record));
            var orNothing = MethodHandles.guardWithTest(isNull, nothing, read);
            add(part, component.getType(), MethodHandles.filterReturnValue(getter, orNothing), sources);
        }
    }

    private static void add(Field annotated, Class<?> type, MethodHandle getter, List<Source> sources) {
        var column = annotated.getAnnotation(Column.class);
        if (column == null || column.name().isEmpty()) {
            throw new IllegalArgumentException(annotated + " names no column");
        }
        if (column.insertable()) {
            sources.add(
                    new Source(column.name(), type, getter.asType(MethodType.methodType(Object.class, Object.class))));
        }
    }

    /** Adds a row for each of these. */
    public void insert(EntityManager entities, Collection<T> rows) {
        write(entities, insert, inserted, rows);
    }

    /** As {@link #insert}, together with other statements. There must be rows. */
    public void insert(PlainSql.Together together, Collection<T> rows) {
        together.update(insert, parameters(inserted, rows));
    }

    /** Writes the updatable columns of these, which the caller has locked, into their rows. */
    public void update(EntityManager entities, Collection<T> rows) {
        write(entities, update, updated, rows);
    }

    private void write(EntityManager entities, String statement, List<Source> sources, Collection<T> rows) {
        if (!rows.isEmpty()) {
            PlainSql.update(entities, statement, parameters(sources, rows));
        }
    }

    private static Object[] parameters(List<Source> sources, Collection<?> rows) {
        return sources.stream().map(source -> source.values(rows)).toArray();
    }
}
