package io.coppice.cloud.instancetype;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes of instance types in the database. Every launch asks for them, so a copy is kept: a change made here is seen at
 * once when its maker {@link #forget}s the copy, one made by another process within {@link #MAX_AGE}. Thread-safe.
 */
@ApplicationScoped
class StoredTypeChanges implements TypeChanges {
    private static final Duration MAX_AGE = Duration.ofSeconds(2);

    private final Database database;
    private volatile @Nullable Copy copy;

    private record Copy(Map<String, Size> sizes, long readNanos) {
        boolean fresh() {
            return System.nanoTime() - readNanos < MAX_AGE.toNanos();
        }
    }

    StoredTypeChanges(Database database) {
        this.database = database;
    }

    @Override
    public Map<String, Size> sizes() {
        var known = copy;
        if (known == null || !known.fresh()) {
            known = new Copy(read(), System.nanoTime());
            copy = known;
        }
        return known.sizes();
    }

    private Map<String, Size> read() {
        return database
                .read(entities -> PlainSql.query(
                        entities,
                        "select name, vcpus, memory_mib, disk_gib from instance_type_changes",
                        row -> Map.entry(row.getString(1), new Size(row.getInt(2), row.getLong(3), row.getInt(4)))))
                .stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    void put(String name, Size size) {
        change(
                "insert into instance_type_changes (name, vcpus, memory_mib, disk_gib) values (?, ?, ?, ?)"
                        + " on conflict (name) do update set vcpus = excluded.vcpus,"
                        + " memory_mib = excluded.memory_mib, disk_gib = excluded.disk_gib",
                name,
                size.vcpus(),
                size.memoryMib(),
                size.diskGib());
    }

    void remove(String name) {
        change("delete from instance_type_changes where name = ?", name);
    }

    /** Looks again at the next question; called when a change is committed. */
    void forget() {
        copy = null;
    }

    private void change(String sql, Object... parameters) {
        database.run(entities -> PlainSql.update(entities, sql, parameters));
    }
}
