package io.coppice.cloud.transfer;

import io.coppice.cloud.image.BootMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task to be.
 *
 * @param bootMode of the image that it makes, as the API names it
 * @param kmsKeyId the ARN of the key that its snapshots are encrypted under; null when they are not
 */
record NewTask(
        TaskKind kind,
        String description,
        @Nullable String platform,
        @Nullable String licenseType,
        List<Disk> disks,
        Map<String, String> tags,
        String bootMode,
        @Nullable String kmsKeyId) {
    /** One of no image that is to be, or of a usual one. */
    NewTask(
            TaskKind kind,
            String description,
            @Nullable String platform,
            @Nullable String licenseType,
            List<Disk> disks,
            Map<String, String> tags) {
        this(kind, description, platform, licenseType, disks, tags, BootMode.LEGACY_BIOS.text(), null);
    }

    NewTask {
        disks = List.copyOf(disks);
        tags = Map.copyOf(tags);
    }

    /**
     * A disk of it.
     *
     * @param bucket of the object; null when the disk is a snapshot already
     * @param url as the request wrote it; null when it named bucket and key
     * @param format as AWS writes it: {@code VMDK}; null for a snapshot
     * @param snapshotGib GiB; 0 for an object
     */
    record Disk(
            @Nullable String bucket,
            @Nullable String key,
            @Nullable String url,
            @Nullable String format,
            String description,
            String device,
            @Nullable String snapshotId,
            int snapshotGib) {}
}
