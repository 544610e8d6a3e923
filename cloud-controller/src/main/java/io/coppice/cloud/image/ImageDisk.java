package io.coppice.cloud.image;

import io.coppice.cloud.volume.DiskMapping;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import org.jspecify.annotations.Nullable;

/** A disk of an image as the database keeps it. */
@Embeddable
record ImageDisk(
        @Column(name = "device", nullable = false) String device,
        @Column(name = "snapshot_id") @Nullable String snapshotId,
        @Column(name = "size_gib", nullable = false) int sizeGib,
        @Column(name = "volume_type", nullable = false) String volumeType,
        @Column(name = "iops") @Nullable Integer iops,

        @Column(name = "delete_on_termination", nullable = false)
        boolean deleteOnTermination) {

    static ImageDisk of(DiskMapping mapping) {
        return new ImageDisk(
                mapping.device(),
                mapping.snapshotId(),
                mapping.sizeGib(),
                mapping.volumeType(),
                mapping.iops(),
                mapping.deleteOnTermination());
    }

    DiskMapping toMapping() {
        return new DiskMapping(device, snapshotId, sizeGib, volumeType, iops, deleteOnTermination);
    }
}
