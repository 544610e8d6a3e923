package io.coppice.cloud.volume;

import org.jspecify.annotations.Nullable;

/**
 * A disk that instances of an image begin with.
 *
 * @param device as the image names it, for example {@code /dev/sda1}
 * @param snapshotId what it holds in the beginning; null for an empty one
 * @param sizeGib GiB, 1 or more
 * @param volumeType a name that {@link VolumeKind} knows
 * @param iops null where the type has none to choose
 * @param deleteOnTermination whether it goes with its instance
 * @param encrypted whether its snapshot is, as far as that was looked at
 */
public record DiskMapping(
        String device,
        @Nullable String snapshotId,
        int sizeGib,
        String volumeType,
        @Nullable Integer iops,
        boolean deleteOnTermination,
        boolean encrypted) {
    /** One of whose encryption nothing is known. */
    public DiskMapping(
            String device,
            @Nullable String snapshotId,
            int sizeGib,
            String volumeType,
            @Nullable Integer iops,
            boolean deleteOnTermination) {
        this(device, snapshotId, sizeGib, volumeType, iops, deleteOnTermination, false);
    }

    /** The same disk, of which this is known. */
    public DiskMapping encrypted(boolean isEncrypted) {
        return new DiskMapping(device, snapshotId, sizeGib, volumeType, iops, deleteOnTermination, isEncrypted);
    }

    /** The same disk, begun as another snapshot. */
    public DiskMapping of(String otherSnapshotId) {
        return new DiskMapping(device, otherSnapshotId, sizeGib, volumeType, iops, deleteOnTermination);
    }

    /** Whether instances boot from it: the first one is their root disk. */
    public boolean root() {
        return LaunchVolumes.isRoot(device);
    }
}
