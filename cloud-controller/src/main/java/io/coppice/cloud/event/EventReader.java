package io.coppice.cloud.event;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Reads the outbox from a position on, without a gap and with each resource's events in their order, however
 * transactions interleave: committed events are put in line before they are read, by whichever reader comes first.
 *
 * <p>Why that is right: whoever changes a resource holds its lock until the commit, so its events get rising ids, and
 * whoever sees a later one sees the earlier ones too. A slice of all visible events in the order of their ids therefore
 * never overtakes a change of the same resource. Thread-safe.
 */
@ApplicationScoped
public class EventReader {
    private static final int SLICE = 5000;
    private static final String SELECT = """
            select position, id, at, kind, resource_id, account_id, trigger, actor, request_id, summary,
              cast(facts as text)
            from {h-schema}events where position > :after""";
    private static final String MINE = " and account_id = :account";
    private static final String ORDER = " order by position limit :limit";
    private static final String PUT_IN_LINE = """
            update {h-schema}events e set position = :last + n.n
            from (select id, row_number() over (order by id) as n
                  from (select id from {h-schema}events where position is null order by id limit :slice) f) n
            where e.id = n.id""";

    private final Database database;

    /** For the container and for tests. */
    public EventReader(Database database) {
        this.database = database;
    }

    /**
     * What was read.
     *
     * @param next read on from here
     * @param more whether there may be more to read at once
     */
    public record Batch(List<Event> events, EventPosition next, boolean more) {
        public Batch {
            events = List.copyOf(events);
        }
    }

    /** The position after everything that is committed now. */
    public EventPosition latest() {
        while (putInLine()) {
            // Another slice.
        }
        return new EventPosition(
                database.call(entities -> PlainSql.query(entities, "select last from event_line", row -> row.getLong(1))
                        .getFirst()));
    }

    /**
     * The events after a position.
     *
     * @param account whose events; empty for all
     * @param limit 1 to 10,000
     */
    public Batch read(EventPosition after, Optional<AccountId> account, int limit) {
        var more = putInLine();
        return database.call(entities -> {
            var events = select(entities, after, account, limit);
            var next = events.isEmpty() ? after : events.getLast().position();
            return new Batch(events, next, more || events.size() == limit);
        });
    }

    /** Gives positions to committed events that have none. Returns whether there may be more. */
    private boolean putInLine() {
        return database.call(entities -> {
            if (PlainSql.query(entities, "select 1 from events where position is null limit 1", row -> true)
                    .isEmpty()) {
                return false;
            }
            var last = PlainSql.query(entities, "select last from event_line for update", row -> row.getLong(1))
                    .getFirst();
            // A statement of its own, so that it sees everything that was committed before the lock was had.
            var count = entities.createNativeQuery(PUT_IN_LINE)
                    .setParameter("last", last)
                    .setParameter("slice", SLICE)
                    .executeUpdate();
            entities.createNativeQuery("update {h-schema}event_line set last = :last")
                    .setParameter("last", last + count)
                    .executeUpdate();
            return count == SLICE;
        });
    }

    private static List<Event> select(
            EntityManager entities, EventPosition after, Optional<AccountId> account, int limit) {
        var query = entities.createNativeQuery(SELECT + (account.isPresent() ? MINE : "") + ORDER, Object[].class)
                .setParameter("after", after.value())
                .setParameter("limit", limit);
        account.ifPresent(id -> query.setParameter("account", id.value()));
        List<?> rows = query.getResultList();
        return rows.stream().map(row -> event((Object[]) row)).toList();
    }

    private static Event event(Object[] row) {
        return new Event(
                new EventPosition(((Number) row[0]).longValue()),
                ((Number) row[1]).longValue(),
                instant(row[2]),
                (String) row[3],
                (String) row[4],
                (String) row[5],
                new ChangeCause((String) row[6], (String) row[7], (String) row[8], (String) row[9]),
                (String) row[10]);
    }

    private static Instant instant(Object value) {
        return switch (value) {
            case Instant instant -> instant;
            case OffsetDateTime time -> time.toInstant();
            case Timestamp stamp -> stamp.toInstant();
            default -> throw new IllegalStateException("not a time: " + value.getClass());
        };
    }
}
