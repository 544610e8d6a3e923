package io.coppice.cloud.store;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows as objects of an entity class, by the entity's own annotations but without Hibernate's session around each:
 * for lists that are only answered from. The objects belong to no session, so changing them changes nothing. Knows what
 * the entities that are read so use: {@code @Column} on text, numbers, truth values, bytes, instants and named
 * enumerations, in the class or in {@code @Embedded} records; refuses any other at construction. Thread-safe.
 *
 * @param <T> the entity
 */
public final class EntityReader<T> {
    private final MethodHandle constructor;
    private final List<Member> members;
    private final List<String> columns;
    private final String from;

    /** A field of the entity and where its value comes from. */
    private record Member(MethodHandle setter, Source source) {}

    /** Takes a value out of the row that the result set stands on. */
    @FunctionalInterface
    private interface Source {
        @Nullable
        Object read(ResultSet row) throws SQLException;
    }

    /**
     * Reads the class's annotations once.
     *
     * @param lookup of a class that sees the entity's fields and its constructor without parameters
     * @param instead SQL to be read instead of a column, by the column's name: for what is large and not looked at
     */
    public EntityReader(Class<T> entity, MethodHandles.Lookup lookup, Map<String, String> instead) {
        var columns = new Columns(lookup, instead);
        try {
            constructor = lookup.findConstructor(entity, MethodType.methodType(void.class))
                    .asType(MethodType.methodType(Object.class));
            var found = new ArrayList<Member>();
            for (var field : entity.getDeclaredFields()) {
                if (isMapped(field)) {
                    found.add(new Member(setter(lookup, field), columns.source(field)));
                }
            }
            members = List.copyOf(found);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(entity + " cannot be read", e);
        }
        this.columns = List.copyOf(columns.selected);
        from = " from " + entity.getAnnotation(Table.class).name();
    }

    /** Bytecode enhancement adds fields of its own, which are transient. */
    private static boolean isMapped(Field field) {
        return !Modifier.isStatic(field.getModifiers())
                && !Modifier.isTransient(field.getModifiers())
                && !field.isAnnotationPresent(Transient.class);
    }

    private static MethodHandle setter(MethodHandles.Lookup lookup, Field field) throws IllegalAccessException {
        return lookup.unreflectSetter(field).asType(MethodType.methodType(void.class, Object.class, Object.class));
    }

    /** The statement up to its condition, which the caller adds: {@code select … from the entity's table}. */
    public String select() {
        return "select " + String.join(", ", columns) + from;
    }

    /** As {@link #select()}, with one more expression, whose value stands at {@link #further}. */
    public String select(String expression) {
        return "select " + String.join(", ", columns) + ", " + expression + from;
    }

    /** The place in the row, from 1, of the expression that {@link #select(String)} adds. */
    public int further() {
        return columns.size() + 1;
    }

    /** The row of a result of one of the statements that the result set stands on. */
    @SuppressWarnings("unchecked") // The constructor is the entity's.
    public T read(ResultSet row) throws SQLException {
        try {
            var entity = (Object) constructor.invokeExact();
            for (var member : members) {
                member.setter().invokeExact(entity, member.source().read(row));
            }
            return (T) entity;
        } catch (SQLException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a row does not fit its entity", e);
        }
    }

    /** Collects the columns that are selected and makes what reads them. */
    private static final class Columns {
        private final MethodHandles.Lookup lookup;
        private final Map<String, String> instead;
        private final List<String> selected = new ArrayList<>();

        Columns(MethodHandles.Lookup lookup, Map<String, String> instead) {
            this.lookup = lookup;
            this.instead = instead;
        }

        Source source(Field field) throws ReflectiveOperationException {
            return field.isAnnotationPresent(Embedded.class)
                    ? embedded(field.getType())
                    : column(field, field.getType(), field.toString());
        }

        private Source embedded(Class<?> type) throws ReflectiveOperationException {
            if (!type.isRecord()) {
                throw new IllegalArgumentException(type + " is embedded and no record");
            }
            var components = type.getRecordComponents();
            var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            var canonical = lookup.findConstructor(type, MethodType.methodType(void.class, types))
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
            var sources = new Source[components.length];
            for (int i = 0; i < components.length; i++) {
                // Annotations stand on the component's field when they are not meant for components.
                sources[i] = column(
                        type.getDeclaredField(components[i].getName()), types[i], type + "." + components[i].getName());
            }
            return row -> embedded(row, canonical, sources);
        }

        /** As Hibernate has it: null when all its columns are. */
        @SuppressWarnings("NullAway") // Components may be null, which an array cannot tell.
        private static @Nullable Object embedded(ResultSet row, MethodHandle canonical, Source[] sources)
                throws SQLException {
            var values = new Object[sources.length];
            var any = false;
            for (int i = 0; i < sources.length; i++) {
                values[i] = sources[i].read(row);
                any |= values[i] != null;
            }
            if (!any) {
                return null;
            }
            try {
                return (Object) canonical.invokeExact(values);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("a row does not fit " + canonical, e);
            }
        }

        private Source column(AnnotatedElement element, Class<?> type, String name) {
            var column = element.getAnnotation(Column.class);
            if (column == null || column.name().isEmpty()) {
                throw new IllegalArgumentException(name + " names no column");
            }
            selected.add(instead.getOrDefault(column.name(), column.name()));
            var place = selected.size();
            if (type.isEnum()) {
                var enumerated = element.getAnnotation(Enumerated.class);
                if (enumerated == null || enumerated.value() != EnumType.STRING) {
                    throw new IllegalArgumentException(name + " is not kept by name");
                }
                var constants = new HashMap<String, Object>();
                for (var constant : type.getEnumConstants()) {
                    constants.put(((Enum<?>) constant).name(), constant);
                }
                return row -> constants.get(row.getString(place));
            }
            return scalar(type, place, name);
        }

        private static Source scalar(Class<?> type, int place, String name) {
            if (type == String.class) {
                return row -> row.getString(place);
            }
            if (type == long.class) {
                return row -> row.getLong(place);
            }
            if (type == int.class) {
                return row -> row.getInt(place);
            }
            if (type == Integer.class) {
                return row -> row.getObject(place, Integer.class);
            }
            if (type == boolean.class) {
                return row -> row.getBoolean(place);
            }
            if (type == byte[].class) {
                return row -> row.getBytes(place);
            }
            if (type == Instant.class) {
                return row -> instant(row.getObject(place, OffsetDateTime.class));
            }
            throw new IllegalArgumentException(name + " has a type that is not read here: " + type);
        }

        private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
            return time == null ? null : time.toInstant();
        }
    }
}
