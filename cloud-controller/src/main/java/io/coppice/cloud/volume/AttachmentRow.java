package io.coppice.cloud.volume;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A volume at an instance, as the database keeps it. There from AttachVolume until the volume is free again. */
@Entity
@Table(name = "volume_attachment")
class AttachmentRow {
    @EmbeddedId
    private Key key;

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

    @Column(name = "export_name", nullable = false)
    private String exportName;

    @Column(name = "ceph_cluster", nullable = false)
    private String cephCluster;

    @SuppressWarnings("NullAway.Init")
    protected AttachmentRow() {}

    AttachmentRow(String volumeId, Volume.Attachment attachment, String exportName, String cephCluster) {
        key = new Key(volumeId, attachment.instanceId());
        this.exportName = exportName;
        this.cephCluster = cephCluster;
        device = attachment.device();
        state = attachment.state().text();
        deleteOnTermination = attachment.deleteOnTermination();
        attachedAt = attachment.since();
    }

    String volumeId() {
        return key.volumeId();
    }

    String instanceId() {
        return key.instanceId();
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

    /** From now on its guest should have it, as this device. */
    void takePlace(String as, boolean goesWithInstance, Instant at) {
        device = as;
        state = AttachmentState.ATTACHING.text();
        deleteOnTermination = goesWithInstance;
        attachedAt = at;
    }

    /** As which export its volume is served to the instance's host: known to it and to the EBS controller alone, and used once. */
    String exportName() {
        return exportName;
    }

    /** Where that is; null until it is served. */
    @Nullable
    String exportPath() {
        return exportPath;
    }

    /** The Ceph cluster that the instance's host reaches and may open the volume in; "" when it is to be served. */
    String cephCluster() {
        return cephCluster;
    }

    /** Whether its host opens the volume itself. */
    boolean isDirect() {
        return exportPath != null && ExportAddress.isCeph(exportPath);
    }

    void served(String path) {
        exportPath = path;
    }

    Volume.Attachment toAttachment() {
        return new Volume.Attachment(instanceId(), device, state(), deleteOnTermination, attachedAt);
    }

    /** Which volume is where. */
    @Embeddable
    record Key(
            @Column(name = "volume_id") String volumeId,
            @Column(name = "instance_id") String instanceId) {}
}
