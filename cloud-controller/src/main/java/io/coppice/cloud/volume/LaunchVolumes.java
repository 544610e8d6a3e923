package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;

/** Volumes that come with a launch. Thread-safe. */
public interface LaunchVolumes {
    /**
     * The volumes of a launch, looked up; throws as AWS does for what cannot be had. Who may launch an image may use its
     * snapshots. An image whose root disk is no volume has none here either, whatever is asked of it.
     *
     * @param ofImage what its image says
     * @param asked what the launch says: first of all for the disks of the same names
     */
    List<LaunchVolume> wanted(
            AccountId account, String zone, List<DiskMapping> ofImage, List<BlockDeviceMapping> asked);

    /**
     * Makes the volumes of one new instance, in the caller's transaction; the instance gets them when they are there. Throws
     * {@code VolumeLimitExceeded}.
     */
    void make(
            EntityManager entities,
            AccountId account,
            String instanceId,
            List<LaunchVolume> volumes,
            Map<String, String> tags,
            Instant at);

    /** Whether two names mean one disk, as {@code /dev/sdf} and {@code xvdf} do; null is the root disk. */
    static boolean isSameDevice(@Nullable String one, String other) {
        return one == null ? isRoot(other) : AttachmentActions.letter(one).equals(AttachmentActions.letter(other));
    }

    /** The name if it can be a disk's; throws {@code MissingParameter} or {@code InvalidParameterValue}. */
    static String checkDevice(@Nullable String device) {
        return AttachmentActions.device(device);
    }

    /** Whether a mapping of this device is about the root disk: the first one, or one without a name. */
    static boolean isRoot(@Nullable String device) {
        return device == null || AttachmentActions.letter(device).equals("a");
    }
}
