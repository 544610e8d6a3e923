package io.coppice.cloud.event;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Reads the outbox from a position on, without a gap however transactions interleave: see {@link EventPosition}. An open
 * transaction anywhere in the database server holds back what was committed after it began. Thread-safe.
 */
@ApplicationScoped
public class EventReader {
    private static final String SELECT = """
            select id, at, kind, resource_id, account_id, trigger, actor, request_id, summary, cast(facts as text)
            from {h-schema}events
            where xid >= cast(cast(:low as text) as xid8) and xid < cast(cast(:high as text) as xid8) and id > :after""";
    private static final String MINE = " and account_id = :account";
    private static final String ORDER = " order by id limit :limit";

    private final Database database;

    /** For the container and for tests. */
    public EventReader(Database database) {
        this.database = database;
    }

    /**
     * What was read.
     *
     * @param next read on from here
     * @param more whether there was more to read at once
     */
    public record Batch(List<Event> events, EventPosition next, boolean more) {
        public Batch {
            events = List.copyOf(events);
        }
    }

    /** The position after everything that is readable now. */
    public EventPosition latest() {
        var horizon = database.call(EventReader::horizon);
        return new EventPosition(horizon, horizon, 0);
    }

    /**
     * The events after a position.
     *
     * @param account whose events; empty for all
     * @param limit 1 to 10,000
     */
    public Batch read(EventPosition after, Optional<AccountId> account, int limit) {
        return database.call(entities -> {
            var window =
                    after.open() ? after : new EventPosition(after.low(), Math.max(after.low(), horizon(entities)), 0);
            if (!window.open()) {
                return new Batch(List.of(), window, false);
            }
            var events = select(entities, window, account, limit);
            var full = events.size() == limit;
            var next = full ? events.getLast().position() : new EventPosition(window.high(), window.high(), 0);
            return new Batch(events, next, full);
        });
    }

    private static List<Event> select(
            EntityManager entities, EventPosition window, Optional<AccountId> account, int limit) {
        var query = entities.createNativeQuery(SELECT + (account.isPresent() ? MINE : "") + ORDER, Object[].class)
                .setParameter("low", Long.toString(window.low()))
                .setParameter("high", Long.toString(window.high()))
                .setParameter("after", window.id())
                .setParameter("limit", limit);
        account.ifPresent(id -> query.setParameter("account", id.value()));
        List<?> rows = query.getResultList();
        return rows.stream().map(row -> event(window, (Object[]) row)).toList();
    }

    private static Event event(EventPosition window, Object[] row) {
        var id = ((Number) row[0]).longValue();
        return new Event(
                window.at(id),
                id,
                instant(row[1]),
                (String) row[2],
                (String) row[3],
                (String) row[4],
                new ChangeCause((String) row[5], (String) row[6], (String) row[7], (String) row[8]),
                (String) row[9]);
    }

    private static Instant instant(Object value) {
        return switch (value) {
            case Instant instant -> instant;
            case OffsetDateTime time -> time.toInstant();
            case Timestamp stamp -> stamp.toInstant();
            default -> throw new IllegalStateException("not a time: " + value.getClass());
        };
    }

    /** The oldest transaction that is still open: all below have ended. */
    private static long horizon(EntityManager entities) {
        return Long.parseLong((String)
                entities.createNativeQuery("select cast(pg_snapshot_xmin(pg_current_snapshot()) as text)", String.class)
                        .getSingleResult());
    }
}
