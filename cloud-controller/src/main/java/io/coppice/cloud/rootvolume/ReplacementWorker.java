package io.coppice.cloud.rootvolume;

import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.image.ImageSources;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.RootSwaps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Replaces root volumes, step by step: waits for the new volume, has the guest off, has the volumes change places, and lets the
 * guest go on. Every step is one transaction and may be repeated. Thread-safe.
 */
@ApplicationScoped
class ReplacementWorker implements BackgroundTask {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofMillis(200);
    private static final Duration HISTORY = Duration.ofDays(30);
    private static final int BATCH = 256;

    private final Database database;
    private final Replacements replacements;
    private final RootSwaps swaps;
    private final ImageSources instances;
    private final EventLog events;
    private final Clock clock;
    private final BackgroundLoop loop;
    /** What was looked at last, so that one that cannot go on keeps no other waiting; used by the loop only. */
    private String last = "";

    ReplacementWorker(
            Database database,
            Replacements replacements,
            RootSwaps swaps,
            ImageSources instances,
            EventLog events,
            Clock clock) {
        this.database = database;
        this.replacements = replacements;
        this.swaps = swaps;
        this.instances = instances;
        this.events = events;
        this.clock = clock;
        loop = new BackgroundLoop("root-volumes", INTERVAL, this::pass, Clock.systemUTC());
    }

    @Override
    public String name() {
        return "root-volumes";
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
    }

    /** Something is to be replaced. */
    void signal() {
        loop.signal();
    }

    /** Where changes are told. */
    EventLog events() {
        return events;
    }

    /** The time that replacements are dated with. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    void pass() {
        var underWay = replacements.underWay(last, BATCH);
        for (var id : underWay) {
            last = id;
            database.run(entities -> advance(entities, id));
        }
        replacements.forget(now().minus(HISTORY), BATCH);
        if (!underWay.isEmpty()) {
            // A guest may be off meanwhile.
            CompletableFuture.delayedExecutor(SOON.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(loop::signal);
        }
    }

    private void advance(EntityManager entities, String id) {
        var row = replacements.find(entities, id).orElse(null);
        if (row == null) {
            return;
        }
        var there = instances.lock(entities, row.instanceId());
        entities.refresh(row);
        if (row.isOver()) {
            return;
        }
        if (!there) {
            fail(entities, row, "the instance was terminated");
        } else if (row.isSwapped()) {
            finish(entities, row);
        } else if (swaps.failure(entities, row.volumeId()) instanceof String failure) {
            fail(entities, row, failure);
        } else if (row.state() == ReplacementState.PENDING) {
            if (swaps.isReady(entities, row.volumeId())) {
                row.begin();
                changed(entities, row);
            }
        } else if (row.isResting()) {
            swaps.swap(entities, row.instanceId(), row.volumeId(), row.deleted(), now());
            row.swap();
            changed(entities, row);
        }
    }

    /** One that is stopped meanwhile has its new root volume once it is started; nothing is left to be done for it here. */
    private void finish(EntityManager entities, ReplacementRow row) {
        if (swaps.isAttached(entities, row.volumeId())
                || !instances
                        .require(entities, row.account(), row.instanceId())
                        .state()
                        .equals("running")) {
            row.succeed(now());
            append(row, "succeeded", "");
        }
    }

    private void fail(EntityManager entities, ReplacementRow row, String why) {
        if (!row.isSwapped()) {
            swaps.discard(entities, row.volumeId());
        }
        row.fail(why, now());
        append(row, "failed", why);
        changed(entities, row);
    }

    /** What the host must know of its guest's rest has changed. */
    private void changed(EntityManager entities, ReplacementRow row) {
        entities.flush();
        instances.changed(entities, row.instanceId());
    }

    private void append(ReplacementRow row, String state, String why) {
        events.append(
                new ChangeCause("reconciler", "coppice", "", "Replacement " + row.id() + " has " + state),
                "root-replacement.state-changed",
                row.id(),
                row.account(),
                Map.of("state", state, "instance", row.instanceId(), "reason", why));
    }
}
