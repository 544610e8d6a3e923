package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The root disks of instances as volumes. They are the instances' own: made and deleted with them, listed and tagged like
 * other volumes. Their facts are the instances' rows; nothing of them is kept here. Thread-safe.
 */
public interface RootVolumes {
    /**
     * At most {@code limit} root volumes of an account in the order of their ids. One query.
     *
     * @param ids only these; all when null
     * @param after only those with a greater id; from the first when null
     */
    List<RootVolume> list(AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit);

    /**
     * The root volume of one instance.
     *
     * @param sizeGib GiB, rounded up
     * @param device for example {@code /dev/sda1}
     * @param createdAt when the instance was launched
     */
    record RootVolume(
            VolumeId id,
            AccountId account,
            String instanceId,
            String zone,
            int sizeGib,
            String device,
            Instant createdAt) {}
}
