package io.coppice.cloud.transfer;

import io.coppice.cloud.volume.CopyTargets;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.cloud.volume.Snapshots.Progress;
import io.coppice.proto.ebs.v1.AdvanceTransferResponse;
import io.coppice.proto.ebs.v1.TransferState;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Takes one disk of an import a step further: it is fetched, written to a volume of its own, and kept as a snapshot of that.
 * Thread-safe.
 */
@ApplicationScoped
class DiskSteps {
    private static final long GIB = 1L << 30;
    private static final int LARGEST_GIB = 65_536;
    private static final int MOST_ATTEMPTS = 5;
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final TaskStore store;
    private final TaskEnds ends;
    private final DiskTransfers transfers;
    private final TaskDiskSources sources;
    private final ExportStep exports;
    private final CopyTargets volumes;
    private final Snapshots snapshots;
    private final ArchiveDisks archives;
    private final Clock clock;

    DiskSteps(
            TaskStore store,
            TaskEnds ends,
            DiskTransfers transfers,
            TaskDiskSources sources,
            ExportStep exports,
            CopyTargets volumes,
            Snapshots snapshots,
            Clock clock) {
        this.store = store;
        this.ends = ends;
        this.transfers = transfers;
        this.sources = sources;
        this.exports = exports;
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.clock = clock;
        this.archives = new ArchiveDisks(clock);
    }

    /** Does what can be done now; throws when another role does not answer, and then it is done later. */
    void advance(Task task, DiskRow disk) throws IOException {
        try {
            switch (disk.step()) {
                case FETCHING -> fetch(task, disk);
                case FILLING -> fill(task, disk);
                case KEEPING -> keep(task, disk);
                case EXPORTING -> export(task, disk);
                case DONE -> {
                    // Waits for the others.
                }
            }
        } catch (AwsException e) {
            // A quota, or an image that is gone: what the user would be told if he asked for it himself.
            ends.fail(task, String.valueOf(e.getMessage()));
        }
    }

    private void fetch(Task task, DiskRow disk) throws IOException {
        var answer = transfers.advance(sources.of(task, disk).build());
        switch (answer.getState()) {
            case TRANSFER_STATE_FETCHED -> {
                var gib = Math.max(1, Math.ceilDiv(answer.getVirtualBytes(), GIB));
                if (gib > LARGEST_GIB) {
                    ends.fail(task, "the disk has " + gib + " GiB, and volumes have at most " + LARGEST_GIB);
                    return;
                }
                store.change(disk, (entities, row) -> {
                    row.progress(100, answer.getFileBytes());
                    archives.addOthers(entities, task.row(), row, answer.getArchivedDisks());
                    var volume = volumes.makeUnserved(
                            entities,
                            task.row().account(),
                            (int) gib,
                            task.row().kmsKeyId());
                    row.fill(volume, (int) gib);
                });
            }
            case TRANSFER_STATE_FAILED -> failed(task, disk, answer);
            default -> progress(disk, answer, TransferState.TRANSFER_STATE_FETCHING);
        }
    }

    private void fill(Task task, DiskRow disk) throws IOException {
        var volume = Objects.requireNonNull(disk.volumeId());
        var failure = new AtomicReference<>("");
        var there = store.change(disk, (entities, row) -> {
            volumes.failure(entities, volume).ifPresent(failure::set);
            if (!volumes.isStill(entities, volume)) {
                failure.compareAndSet("", "wait");
            }
        });
        if (failure.get().equals("wait") || !there) {
            return;
        }
        if (!failure.get().isEmpty()) {
            ends.fail(task, failure.get());
            return;
        }
        var answer = transfers.advance(
                sources.of(task, disk).setTargetVolumeId(volume).build());
        switch (answer.getState()) {
            case TRANSFER_STATE_DONE -> want(task, disk, volume);
            case TRANSFER_STATE_FAILED -> failed(task, disk, answer);
            default -> progress(disk, answer, TransferState.TRANSFER_STATE_CONVERTING);
        }
    }

    private void want(Task task, DiskRow disk, String volume) {
        var wanted = new AtomicReference<List<String>>(List.of());
        var text = disk.description().isEmpty() ? "Imported by " + task.id() : disk.description();
        store.change(disk, (entities, row) -> {
            var wish = new Snapshots.Wish(volume, null, disk.sizeGib(), text, Map.of());
            wanted.set(snapshots.want(
                    entities, TaskEnds.cause(task.row()), task.row().account(), List.of(wish)));
            row.keep(wanted.get().getFirst());
        });
        snapshots.begin(wanted.get());
    }

    private void keep(Task task, DiskRow disk) throws IOException {
        var snapshot = Objects.requireNonNull(disk.snapshotId());
        switch (snapshots.progress(List.of(snapshot)).getOrDefault(snapshot, Progress.GONE)) {
            case PENDING -> {
                // The EBS controller takes it soon.
            }
            case FAILED, GONE -> ends.fail(task, "the snapshot " + snapshot + " could not be taken, or is gone");
            case COMPLETED -> {
                transfers.forget(disk.id());
                store.change(disk, (entities, row) -> {
                    volumes.delete(entities, Objects.requireNonNull(row.volumeId()));
                    row.done();
                });
            }
        }
    }

    private void export(Task task, DiskRow disk) throws IOException {
        var answer = exports.advance(task, disk);
        switch (answer.getState()) {
            case TRANSFER_STATE_DONE -> {
                if (exports.complete(task, disk, answer)) {
                    transfers.forget(disk.id());
                    store.change(disk, (entities, row) -> row.done());
                } else {
                    ends.fail(task, "the object could not be made of its parts: the upload was ended by somebody else");
                }
            }
            case TRANSFER_STATE_FAILED -> failed(task, disk, answer);
            default -> progress(disk, answer, answer.getState());
        }
    }

    private void failed(Task task, DiskRow disk, AdvanceTransferResponse answer) throws IOException {
        if (!answer.getRetryable() || disk.attempts() >= MOST_ATTEMPTS) {
            ends.fail(task, answer.getFailure());
            return;
        }
        transfers.forget(disk.id());
        store.change(disk, (entities, row) -> row.tryAgain(clock.instant(), PAUSE));
    }

    /** Says how far it is, when it is at what this step waits for. */
    private void progress(DiskRow disk, AdvanceTransferResponse answer, TransferState expected) {
        var percent = answer.getState() == expected ? share(answer) : 0;
        store.change(disk, (entities, row) -> row.progress(percent, Math.max(row.fileBytes(), answer.getFileBytes())));
    }

    /** An export is three things one after the other, all else is one. */
    private static int share(AdvanceTransferResponse answer) {
        return switch (answer.getState()) {
            case TRANSFER_STATE_SENDING -> 50 + answer.getPercent() / 2;
            case TRANSFER_STATE_CONVERTED -> 50;
            case TRANSFER_STATE_FETCHING, TRANSFER_STATE_CONVERTING -> answer.getPercent();
            default -> 0;
        };
    }

    /** As the EBS controller calls a format. */
    static String format(String ofAws) {
        return ofAws.toLowerCase(Locale.ROOT);
    }
}
