package io.coppice.cloud.transfer;

import io.coppice.cloud.image.BootMode;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A task as the database keeps it. */
@Entity
@Table(name = "disk_task")
class TaskRow {
    private static final int LONGEST_MESSAGE = 1024;

    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "kind", nullable = false)
    private String kind;

    @Column(name = "state", nullable = false)
    private String state;

    @Column(name = "outcome", nullable = false)
    private String outcome;

    @Column(name = "message", nullable = false)
    private String message;

    @Column(name = "description", nullable = false)
    private String description;

    @Column(name = "platform")
    private @Nullable String platform;

    @Column(name = "license_type")
    private @Nullable String licenseType;

    @Column(name = "boot_mode", nullable = false)
    private String bootMode;

    @Column(name = "kms_key_id")
    private @Nullable String kmsKeyId;

    @Column(name = "actor", nullable = false)
    private String actor;

    @Column(name = "credentials", nullable = false)
    private byte[] credentials;

    @Column(name = "image_id")
    private @Nullable String imageId;

    @Column(name = "bucket")
    private @Nullable String bucket;

    @Column(name = "prefix")
    private @Nullable String prefix;

    @Column(name = "upload_id")
    private @Nullable String uploadId;

    @Column(name = "created_at", nullable = false)
    private Instant createdAt;

    @Column(name = "ended_at")
    private @Nullable Instant endedAt;

    @SuppressWarnings("NullAway.Init")
    protected TaskRow() {}

    TaskRow(String id, AccountId account, NewTask task, String actor, byte[] credentials, Instant at) {
        this.id = id;
        accountId = account.value();
        kind = task.kind().text();
        state = TaskState.ACTIVE.text();
        outcome = TaskState.COMPLETED.text();
        message = "pending";
        description = task.description();
        platform = task.platform();
        licenseType = task.licenseType();
        bootMode = task.bootMode();
        kmsKeyId = task.kmsKeyId();
        this.actor = actor;
        this.credentials = credentials.clone();
        createdAt = at;
    }

    /** What an export is of and where it goes. */
    void exports(String image, String toBucket, String underPrefix, String upload) {
        imageId = image;
        bucket = toBucket;
        prefix = underPrefix;
        uploadId = upload;
    }

    String id() {
        return id;
    }

    /** The ARN of the key that its snapshots are encrypted under; null when they are not. */
    @Nullable
    String kmsKeyId() {
        return kmsKeyId;
    }

    AccountId account() {
        return new AccountId(accountId);
    }

    TaskKind kind() {
        return TaskKind.parse(kind);
    }

    TaskState state() {
        return TaskState.parse(state);
    }

    String message() {
        return message;
    }

    String description() {
        return description;
    }

    @Nullable
    String platform() {
        return platform;
    }

    @Nullable
    String licenseType() {
        return licenseType;
    }

    /** What the image is booted by that an import makes. */
    BootMode bootMode() {
        return BootMode.of(bootMode).orElse(BootMode.LEGACY_BIOS);
    }

    String actor() {
        return actor;
    }

    byte[] credentials() {
        return credentials.clone();
    }

    @Nullable
    String imageId() {
        return imageId;
    }

    @Nullable
    String bucket() {
        return bucket;
    }

    @Nullable
    String prefix() {
        return prefix;
    }

    @Nullable
    String uploadId() {
        return uploadId;
    }

    Instant createdAt() {
        return createdAt;
    }

    /** What is being done, in a few words. */
    void tell(String what) {
        message = what.substring(0, Math.min(what.length(), LONGEST_MESSAGE));
    }

    /** Has what it made cleared away, after which it is {@code then}. Does nothing when it is over. */
    void stop(TaskState then, String why) {
        if (state() == TaskState.ACTIVE) {
            state = TaskState.DELETING.text();
            outcome = then.text();
            tell(why);
        }
    }

    /** Everything that it made is cleared away. */
    void cleared(Instant at) {
        state = outcome;
        end(at);
    }

    void complete(@Nullable String image, Instant at) {
        state = TaskState.COMPLETED.text();
        imageId = image == null ? imageId : image;
        message = "";
        end(at);
    }

    /** The credentials are of no use any more. */
    private void end(Instant at) {
        endedAt = at;
        credentials = new byte[0];
    }
}
