package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A volume as the database keeps it. */
@Entity
@Table(name = "volume")
class VolumeRow {
    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "zone", nullable = false)
    private String zone;

    @Column(name = "size_gib", nullable = false)
    private int sizeGib;

    @Column(name = "volume_type", nullable = false)
    private String volumeType;

    @Column(name = "iops")
    private @Nullable Integer iops;

    @Column(name = "state", nullable = false)
    private String state;

    @Column(name = "error_message", nullable = false)
    private String errorMessage;

    @Column(name = "generation", nullable = false)
    private long generation;

    @Column(name = "client_token")
    private @Nullable String clientToken;

    @Column(name = "request_text", nullable = false)
    private String requestText;

    @Column(name = "created_at", nullable = false)
    private Instant createdAt;

    @Column(name = "snapshot_id")
    private @Nullable String snapshotId;

    @Column(name = "kms_key_id")
    private @Nullable String kmsKeyId;

    @Column(name = "settled", nullable = false)
    private boolean settled;

    @Column(name = "multi_attach", nullable = false)
    private boolean multiAttach;

    @Column(name = "internal", nullable = false)
    private boolean internal;

    @Column(name = "source_volume_id")
    private @Nullable String sourceId;

    @Column(name = "auto_enable_io", nullable = false)
    private boolean autoEnableIo;

    @SuppressWarnings("NullAway.Init")
    protected VolumeRow() {}

    VolumeRow(Volume volume, @Nullable String clientToken) {
        id = volume.id().value();
        accountId = volume.account().value();
        zone = volume.shape().zone();
        sizeGib = volume.shape().sizeGib();
        volumeType = volume.shape().kind().text();
        iops = volume.shape().iops();
        state = volume.state().text();
        errorMessage = volume.errorMessage();
        generation = volume.generation();
        this.clientToken = clientToken;
        requestText = volume.shape().text();
        createdAt = volume.createdAt();
        snapshotId = volume.shape().snapshotId();
        kmsKeyId = volume.shape().kmsKeyId();
        multiAttach = volume.shape().multiAttach();
    }

    String id() {
        return id;
    }

    long generation() {
        return generation;
    }

    String requestText() {
        return requestText;
    }

    boolean is(VolumeState expected) {
        return state.equals(expected.text());
    }

    void become(VolumeState next, String error) {
        state = next.text();
        errorMessage = error;
    }

    /** Wants it to be gone. */
    void delete() {
        state = VolumeState.DELETING.text();
        wantAgain();
    }

    Volume.Shape shape() {
        return new Volume.Shape(
                zone, sizeGib, VolumeKind.of(volumeType).orElseThrow(), iops, snapshotId, kmsKeyId, multiAttach);
    }

    /** Wants it to be of another size or type, or for one instance or several. */
    void reshape(Volume.Shape shape) {
        sizeGib = shape.sizeGib();
        volumeType = shape.kind().text();
        iops = shape.iops();
        multiAttach = shape.multiAttach();
        wantAgain();
    }

    /** Is a copy of another volume; what it is made from is nobody's business. */
    void copyOf(String volumeId) {
        sourceId = volumeId;
    }

    /** Is the cloud's own work, and shown to nobody. */
    void hide() {
        internal = true;
    }

    /** Is its owner's from now on. */
    void show() {
        internal = false;
    }

    boolean autoEnableIo() {
        return autoEnableIo;
    }

    /** What AutoEnableIO says; it has no effect, since input and output are never switched off. */
    void autoEnableIo(boolean enable) {
        autoEnableIo = enable;
    }

    /** Wants it to be served to one instance more; one that is being made stays in that state until it is. */
    void serve() {
        if (!is(VolumeState.CREATING)) {
            state = VolumeState.IN_USE.text();
        }
        wantAgain();
    }

    /**
     * Wants it to be served to one instance less.
     *
     * @param free whether that was the last one
     */
    void letGo(boolean free) {
        if (free && is(VolumeState.IN_USE)) {
            state = VolumeState.AVAILABLE.text();
        }
        wantAgain();
    }

    /** An instance that has it is on another host. */
    void move() {
        wantAgain();
    }

    private void wantAgain() {
        generation++;
        settled = false;
    }

    /** The EBS controller has reported this generation. */
    void settle() {
        settled = true;
    }

    boolean isSettled() {
        return settled;
    }

    AccountId account() {
        return new AccountId(accountId);
    }

    String zone() {
        return zone;
    }

    String stateText() {
        return state;
    }

    Volume toVolume(Map<String, String> tags) {
        return new Volume(
                new VolumeId(id),
                new AccountId(accountId),
                shape(),
                VolumeState.parse(state),
                errorMessage,
                generation,
                createdAt,
                tags,
                List.of(),
                sourceId);
    }
}
