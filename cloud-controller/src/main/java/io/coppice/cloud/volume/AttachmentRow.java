package io.coppice.cloud.volume;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A volume at an instance, as the database keeps it. There from AttachVolume until the volume is free again. */
@Entity
@Table(name = "volume_attachment")
class AttachmentRow {
    @Id
    @Column(name = "volume_id")
    private String volumeId;

    @Column(name = "instance_id", nullable = false)
    private String instanceId;

    @Column(name = "device", nullable = false)
    private String device;

    @Column(name = "state", nullable = false)
    private String state;

    @Column(name = "delete_on_termination", nullable = false)
    private boolean deleteOnTermination;

    @Column(name = "attached_at", nullable = false)
    private Instant attachedAt;

    @Column(name = "export_path")
    private @Nullable String exportPath;

    @SuppressWarnings("NullAway.Init")
    protected AttachmentRow() {}

    AttachmentRow(String volumeId, Volume.Attachment attachment) {
        this.volumeId = volumeId;
        instanceId = attachment.instanceId();
        device = attachment.device();
        state = attachment.state().text();
        deleteOnTermination = attachment.deleteOnTermination();
        attachedAt = attachment.since();
    }

    String volumeId() {
        return volumeId;
    }

    String instanceId() {
        return instanceId;
    }

    String device() {
        return device;
    }

    boolean deleteOnTermination() {
        return deleteOnTermination;
    }

    void deleteOnTermination(boolean delete) {
        deleteOnTermination = delete;
    }

    AttachmentState state() {
        return AttachmentState.parse(state);
    }

    void become(AttachmentState next) {
        state = next.text();
    }

    @Nullable
    String exportPath() {
        return exportPath;
    }

    void served(String path) {
        exportPath = path;
    }

    Volume.Attachment toAttachment() {
        return new Volume.Attachment(instanceId, device, state(), deleteOnTermination, attachedAt);
    }
}
