package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume.
 *
 * @param generation rises with every wish: 1 is to exist, 2 is to be gone
 */
record Volume(
        VolumeId id,
        AccountId account,
        Shape shape,
        VolumeState state,
        String errorMessage,
        long generation,
        Instant createdAt,
        Map<String, String> tags) {
    /**
     * What was asked for.
     *
     * @param sizeGib GiB
     * @param iops null where the type has none to choose
     */
    record Shape(
            String zone,
            int sizeGib,
            VolumeKind kind,
            @Nullable Integer iops) {
        /** The same for the same wishes, for requests that come twice. */
        String text() {
            return zone + " " + sizeGib + " " + kind.text() + " " + iops;
        }
    }
}
