package io.coppice.cloud.transfer;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.image.NewImages;
import io.coppice.cloud.image.NewImages.Wanted;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The ends of tasks: what they were for, or the wish that nothing of them stays. Thread-safe. */
@ApplicationScoped
class TaskEnds {
    private static final String VOLUME_TYPE = "gp2";

    private final Database database;
    private final TaskStore store;
    private final NewImages images;
    private final EventLog events;
    private final Clock clock;

    TaskEnds(Database database, TaskStore store, NewImages images, EventLog events, Clock clock) {
        this.database = database;
        this.store = store;
        this.images = images;
        this.events = events;
        this.clock = clock;
    }

    /** Gives a task up; the next pass clears away. */
    void fail(Task task, String why) {
        var then = task.row().kind() == TaskKind.IMPORT_SNAPSHOT ? TaskState.ERROR : TaskState.DELETED;
        store.change(task.id(), TaskState.ACTIVE, (entities, row) -> {
            row.stop(then, "ClientError: " + why);
            tell(row, "failed: " + why);
        });
    }

    /** Ends a task whose disks are all done: an imported image is registered. */
    void finishIfDone(String id) {
        var task = store.find(id).orElse(null);
        if (task == null
                || task.row().state() != TaskState.ACTIVE
                || task.disks().stream().anyMatch(disk -> disk.step() != DiskStep.DONE)) {
            return;
        }
        try {
            store.change(id, TaskState.ACTIVE, (entities, row) -> {
                var image = row.kind() == TaskKind.IMPORT_IMAGE
                        ? images.ofSnapshots(
                                        cause(row),
                                        row.account(),
                                        new Wanted(id, row.description(), row.bootMode()),
                                        mappings(task.disks()))
                                .value()
                        : null;
                row.complete(image, clock.instant());
                tell(row, "completed");
            });
            images.signal();
        } catch (AwsException e) {
            fail(task, String.valueOf(e.getMessage()));
        }
    }

    private static List<DiskMapping> mappings(List<DiskRow> disks) {
        return disks.stream()
                .map(disk -> new DiskMapping(
                        disk.device(),
                        Objects.requireNonNull(disk.snapshotId()),
                        disk.sizeGib(),
                        VOLUME_TYPE,
                        null,
                        true))
                .sorted(Comparator.comparing(disk -> !disk.root()))
                .toList();
    }

    static ChangeCause cause(TaskRow row) {
        return new ChangeCause("reconciler", row.actor(), "", "Task " + row.id());
    }

    /** Says what became of a task. */
    void tell(TaskRow row, String what) {
        database.run(entities -> events.append(
                new ChangeCause("reconciler", row.actor(), "", "Task " + row.id() + " " + what),
                "disk-task.state-changed",
                row.id(),
                row.account(),
                Map.of("state", row.state().text())));
    }
}
