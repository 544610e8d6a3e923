package io.coppice.cloud.event;

import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.jboss.logging.Logger;

/** Removes events that are old, or too many, a slice at a time. */
@ApplicationScoped
public class EventRetention implements BackgroundTask {
    private static final Logger LOG = Logger.getLogger(EventRetention.class);
    private static final Duration EVERY = Duration.ofMinutes(5);
    private static final int SLICE = 5000;

    private final Database database;
    private final Duration keepFor;
    private final long keepAtMost;
    private final Clock clock;
    private volatile Thread loop = Thread.ofVirtual().unstarted(() -> {});

    /** For the container. */
    @jakarta.inject.Inject
    public EventRetention(Database database, EventConfig config) {
        this(database, config.keepFor(), config.keepAtMost(), Clock.systemUTC());
    }

    EventRetention(Database database, Duration keepFor, long keepAtMost, Clock clock) {
        this.database = database;
        this.keepFor = keepFor;
        this.keepAtMost = keepAtMost;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "event-retention";
    }

    @Override
    public void start() {
        loop = Thread.ofVirtual().name(name()).start(() -> {
            try {
                while (true) {
                    runSafely();
                    Thread.sleep(EVERY);
                }
            } catch (InterruptedException e) {
                LOG.debug("stopped");
            }
        });
    }

    @Override
    public void stop() {
        loop.interrupt();
    }

    private void runSafely() {
        try {
            run();
        } catch (RuntimeException e) {
            // The loop's boundary: the next round finds the same rows.
            LOG.warnf("old events could not be removed: %s", e.toString());
        }
    }

    /** One round; returns how many events went. */
    int run() {
        var all = 0;
        while (true) {
            var count = slice();
            all += count;
            if (count < SLICE) {
                return all;
            }
        }
    }

    private int slice() {
        return database.call(entities -> entities.createNativeQuery("""
                delete from {h-schema}events where id in (
                  select id from {h-schema}events
                  where at < :before or id <= (select coalesce(max(id), 0) - :most from {h-schema}events)
                  order by id limit :slice)""")
                .setParameter("before", clock.instant().minus(keepFor).atOffset(ZoneOffset.UTC))
                .setParameter("most", keepAtMost)
                .setParameter("slice", SLICE)
                .executeUpdate());
    }
}
