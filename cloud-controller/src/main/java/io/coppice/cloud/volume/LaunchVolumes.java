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
     * What a launch asks for besides its root disk, looked up; throws as AWS does for what cannot be had.
     *
     * @param mappings without that of the root disk
     */
    List<LaunchVolume> wanted(AccountId account, String zone, List<BlockDeviceMapping> mappings);

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

    /** Whether a mapping of this device is about the root disk: the first one, or one without a name. */
    static boolean isRoot(@Nullable String device) {
        return device == null || AttachmentActions.letter(device).equals("a");
    }
}
