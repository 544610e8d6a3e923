package io.coppice.cloud.transfer;

import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Takes imports and exports from step to step until they are over, and clears away what those have made that were cancelled
 * or failed. Every step may be repeated, so a crash loses nothing. Thread-safe.
 */
@ApplicationScoped
class TaskWorker implements BackgroundTask {
    private static final Logger LOG = Logger.getLogger(TaskWorker.class);
    private static final Duration SOON = Duration.ofMillis(500);

    private final TaskStore store;
    private final DiskSteps steps;
    private final TaskEnds ends;
    private final TaskClearing clearing;
    private final TransferConfig config;
    private final Clock clock;
    private final BackgroundLoop loop;

    TaskWorker(
            TaskStore store,
            DiskSteps steps,
            TaskEnds ends,
            TaskClearing clearing,
            TransferConfig config,
            Clock clock) {
        this.store = store;
        this.steps = steps;
        this.ends = ends;
        this.clearing = clearing;
        this.config = config;
        this.clock = clock;
        loop = new BackgroundLoop("disk-tasks", config.interval(), this::pass, Clock.systemUTC());
    }

    @Override
    public String name() {
        return "disk-tasks";
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
    }

    /** A task was made, or is to be cancelled. */
    void signal() {
        loop.signal();
    }

    void pass() {
        store.forgetEndedBefore(clock.instant().minus(config.shown()));
        var ids = store.underWay();
        for (var id : ids) {
            try {
                advance(id);
            } catch (IOException e) {
                LOG.infof("%s goes on later: %s", id, e.getMessage());
            }
        }
        if (!ids.isEmpty()) {
            CompletableFuture.delayedExecutor(SOON.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(loop::signal);
        }
    }

    private void advance(String id) throws IOException {
        var found = store.find(id);
        if (found.isEmpty()) {
            return;
        }
        var task = found.get();
        if (task.row().state() == TaskState.DELETING) {
            clearing.clear(task);
            return;
        }
        var now = clock.instant();
        if (task.row().createdAt().plus(config.life()).isBefore(now)) {
            ends.fail(task, "it was not finished within " + config.life());
            return;
        }
        for (var disk : task.disks()) {
            if (disk.due(now)) {
                steps.advance(task, disk);
            }
        }
        ends.finishIfDone(id);
    }
}
