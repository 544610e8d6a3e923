package io.coppice.cloud.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/** Writes events into the {@code events} table within the caller's transaction. Thread-safe. */
@ApplicationScoped
public class StoredEventLog implements EventLog {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_SUMMARY = 1024;
    private static final String INSERT = """
            insert into events (at, kind, resource_id, account_id, trigger, actor, request_id, summary, facts)
            select cast(? as timestamptz), w.kind, w.resource_id, w.account_id, w.trigger, w.actor, w.request_id,
              w.summary, cast(w.facts as jsonb)
            from unnest(?, ?, ?, ?, ?, ?, ?, ?)
              with ordinality as w(kind, resource_id, account_id, trigger, actor, request_id, summary, facts, n)
            order by w.n""";

    private final Database database;
    private final EventSignal signal;
    private final Clock clock;

    /** For the container. */
    @jakarta.inject.Inject
    public StoredEventLog(Database database, EventSignal signal) {
        this(database, signal, Clock.systemUTC());
    }

    StoredEventLog(Database database, EventSignal signal, Clock clock) {
        this.database = database;
        this.signal = signal;
        this.clock = clock;
    }

    @Override
    public void append(ChangeCause cause, String kind, String resourceId, AccountId account, Map<String, ?> facts) {
        appendAll(List.of(new NewEvent(cause, kind, resourceId, account, facts)));
    }

    @Override
    public void appendAll(
            ChangeCause cause, String kind, AccountId account, SequencedMap<String, ? extends Map<String, ?>> facts) {
        var changes = new ArrayList<NewEvent>(facts.size());
        facts.forEach((resourceId, each) -> changes.add(new NewEvent(cause, kind, resourceId, account, each)));
        appendAll(changes);
    }

    @Override
    public void appendAll(List<NewEvent> changes) {
        if (changes.isEmpty()) {
            return;
        }
        if (!database.inTransaction()) {
            var first = changes.getFirst();
            throw new IllegalStateException("the event " + first.kind() + " of " + first.resourceId()
                    + " is written outside of its change's transaction");
        }
        database.run(entities -> PlainSql.update(
                entities,
                INSERT,
                clock.instant().atOffset(ZoneOffset.UTC),
                column(changes, NewEvent::kind),
                column(changes, NewEvent::resourceId),
                column(changes, change -> change.account().value()),
                column(changes, change -> change.cause().trigger()),
                column(changes, change -> change.cause().actor()),
                column(changes, change -> change.cause().requestId()),
                column(changes, change -> cut(change.cause().summary())),
                column(changes, change -> json(change.facts()))));
        database.afterCommit(signal::raise);
    }

    private static String[] column(List<NewEvent> changes, Function<NewEvent, String> value) {
        return changes.stream().map(value).toArray(String[]::new);
    }

    private static String cut(String summary) {
        return summary.length() <= MAX_SUMMARY ? summary : summary.substring(0, MAX_SUMMARY);
    }

    private static String json(Map<String, ?> facts) {
        try {
            return JSON.writeValueAsString(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("facts hold what JSON cannot: " + facts.keySet(), e);
        }
    }
}
