package io.coppice.cloud.transfer;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A disk of a task as the database keeps it. */
@Entity
@Table(name = "disk_task_disk")
class DiskRow {
    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "task_id", nullable = false)
    private String taskId;

    @Column(name = "position", nullable = false)
    private int position;

    @Column(name = "step", nullable = false)
    private String step;

    @Column(name = "percent", nullable = false)
    private int percent;

    @Column(name = "bucket")
    private @Nullable String bucket;

    @Column(name = "object_key")
    private @Nullable String objectKey;

    @Column(name = "url")
    private @Nullable String url;

    @Column(name = "format")
    private @Nullable String format;

    @Column(name = "description", nullable = false)
    private String description;

    @Column(name = "device", nullable = false)
    private String device;

    @Column(name = "snapshot_id")
    private @Nullable String snapshotId;

    @Column(name = "snapshot_made", nullable = false)
    private boolean snapshotMade;

    @Column(name = "volume_id")
    private @Nullable String volumeId;

    @Column(name = "size_gib", nullable = false)
    private int sizeGib;

    @Column(name = "file_bytes", nullable = false)
    private long fileBytes;

    @Column(name = "archive_disk", nullable = false)
    private int archiveDisk;

    @Column(name = "attempts", nullable = false)
    private int attempts;

    @Column(name = "next_at", nullable = false)
    private Instant nextAt;

    @SuppressWarnings("NullAway.Init")
    protected DiskRow() {}

    DiskRow(String taskId, int position, NewTask.Disk disk, DiskStep step, Instant at) {
        id = taskId + "-" + position;
        this.taskId = taskId;
        this.position = position;
        this.step = step.text();
        bucket = disk.bucket();
        objectKey = disk.key();
        url = disk.url();
        format = disk.format();
        description = disk.description();
        device = disk.device();
        snapshotId = disk.snapshotId();
        sizeGib = disk.snapshotGib();
        nextAt = at;
    }

    /** Another disk of the archive that this one is the first of, to be fetched too. */
    DiskRow archived(int disk, int atPosition, String ofDevice, Instant at) {
        var other = new NewTask.Disk(bucket, objectKey, url, format, description, ofDevice, null, 0);
        var row = new DiskRow(taskId, atPosition, other, DiskStep.FETCHING, at);
        row.archiveDisk = disk;
        return row;
    }

    /** Which disk of its object it is; 0 unless that is an archive. */
    int archiveDisk() {
        return archiveDisk;
    }

    /** Also what the EBS controller calls the transfer. */
    String id() {
        return id;
    }

    String taskId() {
        return taskId;
    }

    DiskStep step() {
        return DiskStep.parse(step);
    }

    int progress() {
        return step().progress(percent);
    }

    @Nullable
    String bucket() {
        return bucket;
    }

    @Nullable
    String objectKey() {
        return objectKey;
    }

    @Nullable
    String url() {
        return url;
    }

    /** As AWS writes it: {@code VMDK}; null when it was a snapshot from the beginning. */
    @Nullable
    String format() {
        return format;
    }

    String description() {
        return description;
    }

    String device() {
        return device;
    }

    @Nullable
    String snapshotId() {
        return snapshotId;
    }

    /** The snapshot that this task has made; null when there is none yet, or it was there before. */
    @Nullable
    String madeSnapshotId() {
        return snapshotMade ? snapshotId : null;
    }

    @Nullable
    String volumeId() {
        return volumeId;
    }

    int sizeGib() {
        return sizeGib;
    }

    long fileBytes() {
        return fileBytes;
    }

    int attempts() {
        return attempts;
    }

    /** Whether it may be tried now. */
    boolean due(Instant now) {
        return !nextAt.isAfter(now);
    }

    /** So far with its step. */
    void progress(int done, long bytes) {
        percent = done;
        fileBytes = bytes;
    }

    /** To be tried once more after a pause. */
    void tryAgain(Instant now, Duration pause) {
        attempts++;
        nextAt = now.plus(pause);
        percent = 0;
    }

    /** It will be written to this volume. */
    void fill(String volume, int gib) {
        volumeId = volume;
        sizeGib = gib;
        become(DiskStep.FILLING);
    }

    /** It will be this snapshot. */
    void keep(String snapshot) {
        snapshotId = snapshot;
        snapshotMade = true;
        become(DiskStep.KEEPING);
    }

    void done() {
        become(DiskStep.DONE);
    }

    private void become(DiskStep next) {
        step = next.text();
        percent = 0;
        attempts = 0;
    }
}
