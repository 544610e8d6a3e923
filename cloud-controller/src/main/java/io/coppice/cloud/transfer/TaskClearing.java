package io.coppice.cloud.transfer;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.transfer.CallerObjects.Upload;
import io.coppice.cloud.volume.CopyTargets;
import io.coppice.cloud.volume.Snapshots;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;

/** Clears away what tasks have made that were cancelled or have failed. Thread-safe. */
@ApplicationScoped
class TaskClearing {
    private final Database database;
    private final TaskStore store;
    private final TaskEnds ends;
    private final DiskTransfers transfers;
    private final CallerObjects objects;
    private final CallerCredentials credentials;
    private final CopyTargets volumes;
    private final Snapshots snapshots;
    private final Clock clock;

    TaskClearing(
            Database database,
            TaskStore store,
            TaskEnds ends,
            DiskTransfers transfers,
            CallerObjects objects,
            CallerCredentials credentials,
            CopyTargets volumes,
            Snapshots snapshots,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.ends = ends;
        this.transfers = transfers;
        this.objects = objects;
        this.credentials = credentials;
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.clock = clock;
    }

    /** Removes what a task has made that was cancelled or has failed. */
    void clear(Task task) throws IOException {
        for (var disk : task.disks()) {
            transfers.forget(disk.id());
            database.run(entities -> {
                if (disk.volumeId() != null) {
                    volumes.delete(entities, disk.volumeId());
                }
                if (disk.madeSnapshotId() != null) {
                    snapshots.delete(
                            entities, TaskEnds.cause(task.row()), task.row().account(), disk.madeSnapshotId());
                }
            });
        }
        abort(task);
        store.change(task.id(), TaskState.DELETING, (entities, row) -> {
            row.cleared(clock.instant());
            ends.tell(row, row.state().text());
        });
    }

    private void abort(Task task) throws IOException {
        var row = task.row();
        var id = row.uploadId();
        if (id == null) {
            return;
        }
        var disk = task.disks().getFirst();
        var upload = new Upload(Objects.requireNonNull(disk.bucket()), Objects.requireNonNull(disk.objectKey()), id);
        try {
            objects.abort(credentials.open(row), upload);
        } catch (CallerObjects.Refused e) {
            // Who asked for it may not do so any more, or his credentials have run out.
            ends.tell(row, "its upload to " + upload.bucket() + " stays: " + e.getMessage());
        }
    }
}
