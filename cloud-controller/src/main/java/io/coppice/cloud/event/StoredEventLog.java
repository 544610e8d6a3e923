package io.coppice.cloud.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Writes events into the {@code events} table within the caller's transaction. Thread-safe. */
@ApplicationScoped
public class StoredEventLog implements EventLog {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_SUMMARY = 1024;
    private static final String INSERT = """
            insert into {h-schema}events
              (at, kind, resource_id, account_id, trigger, actor, request_id, summary, facts)
            select cast(:at as timestamptz), cast(:kind as varchar), w.resource_id, cast(:account as varchar),
              cast(:trigger as varchar), cast(:actor as varchar), cast(:request as varchar),
              cast(:summary as varchar), cast(w.facts as jsonb)
            from unnest(cast(:resources as varchar[]), cast(:facts as varchar[]))
              with ordinality as w(resource_id, facts, n)
            order by w.n""";

    private final Database database;
    private final CurrentTransaction transaction;
    private final EventSignal signal;
    private final Clock clock;

    /** The transaction of the calling thread. */
    interface CurrentTransaction {
        /** Whether there is one. */
        boolean active();

        /** Runs this once it has been committed, or not. */
        void atEnd(Runnable work);
    }

    private record JtaTransaction(TransactionSynchronizationRegistry registry) implements CurrentTransaction {
        @Override
        public boolean active() {
            return registry.getTransactionStatus() == Status.STATUS_ACTIVE;
        }

        @Override
        public void atEnd(Runnable work) {
            registry.registerInterposedSynchronization(new Synchronization() {
                @Override
                public void beforeCompletion() {
                    // Only the end is of interest.
                }

                @Override
                public void afterCompletion(int status) {
                    work.run();
                }
            });
        }
    }

    /** For the container. */
    @jakarta.inject.Inject
    public StoredEventLog(Database database, TransactionSynchronizationRegistry transactions, EventSignal signal) {
        this(database, new JtaTransaction(transactions), signal, Clock.systemUTC());
    }

    StoredEventLog(Database database, CurrentTransaction transaction, EventSignal signal, Clock clock) {
        this.database = database;
        this.transaction = transaction;
        this.signal = signal;
        this.clock = clock;
    }

    @Override
    public void append(ChangeCause cause, String kind, String resourceId, AccountId account, Map<String, ?> facts) {
        appendAll(cause, kind, account, new LinkedHashMap<>(Map.of(resourceId, facts)));
    }

    @Override
    public void appendAll(
            ChangeCause cause, String kind, AccountId account, SequencedMap<String, ? extends Map<String, ?>> facts) {
        if (facts.isEmpty()) {
            return;
        }
        if (!transaction.active()) {
            throw new IllegalStateException("the event " + kind + " of "
                    + facts.firstEntry().getKey() + " is written outside of its change's transaction");
        }
        var resources = facts.keySet().toArray(String[]::new);
        var texts = facts.values().stream().map(StoredEventLog::json).toArray(String[]::new);
        database.run(entities -> entities.createNativeQuery(INSERT)
                .setParameter("at", clock.instant().atOffset(ZoneOffset.UTC))
                .setParameter("kind", kind)
                .setParameter("resources", resources)
                .setParameter("account", account.value())
                .setParameter("trigger", cause.trigger())
                .setParameter("actor", cause.actor())
                .setParameter("request", cause.requestId())
                .setParameter(
                        "summary",
                        cause.summary().length() <= MAX_SUMMARY
                                ? cause.summary()
                                : cause.summary().substring(0, MAX_SUMMARY))
                .setParameter("facts", texts)
                .executeUpdate());
        transaction.atEnd(signal::written);
    }

    private static String json(Map<String, ?> facts) {
        try {
            return JSON.writeValueAsString(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("facts hold what JSON cannot: " + facts.keySet(), e);
        }
    }
}
