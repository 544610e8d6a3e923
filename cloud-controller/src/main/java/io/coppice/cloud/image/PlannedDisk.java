package io.coppice.cloud.image;

import io.coppice.cloud.volume.DiskMapping;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import org.jspecify.annotations.Nullable;

/**
 * A disk of an image that is being made.
 *
 * @param volumeId the volume that a snapshot is to be taken of; null when the image begins with {@code snapshotId}, or
 *     an empty disk
 */
@Embeddable
record PlannedDisk(
        @Column(name = "device", nullable = false) String device,
        @Column(name = "volume_id") @Nullable String volumeId,
        @Column(name = "snapshot_id") @Nullable String snapshotId,
        @Column(name = "size_gib", nullable = false) int sizeGib,
        @Column(name = "volume_type", nullable = false) String volumeType,
        @Column(name = "iops") @Nullable Integer iops,

        @Column(name = "delete_on_termination", nullable = false)
        boolean deleteOnTermination) {

    /** A disk as it is, with a snapshot of this volume. */
    static PlannedDisk of(DiskMapping disk, @Nullable String volumeId) {
        return new PlannedDisk(
                disk.device(),
                volumeId,
                disk.snapshotId(),
                disk.sizeGib(),
                disk.volumeType(),
                disk.iops(),
                disk.deleteOnTermination());
    }

    /** The disk that begins as this snapshot. */
    DiskMapping with(@Nullable String snapshot) {
        return new DiskMapping(device, snapshot, sizeGib, volumeType, iops, deleteOnTermination);
    }
}
