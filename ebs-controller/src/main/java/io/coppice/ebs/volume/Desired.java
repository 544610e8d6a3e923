package io.coppice.ebs.volume;

import io.coppice.ebs.serve.Grants;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A volume as the Cloud Controller wants it.
 *
 * @param generation rises with every change asked for; 1 or more
 * @param deleted whether it should be gone
 * @param sizeGib 1 to 65,536
 * @param type for example {@code gp3}
 * @param from the snapshot that a new one holds
 * @param kmsKeyId of the key that a new one is encrypted under; empty: it is not encrypted
 * @param grants as which exports it should be served
 */
public record Desired(
        VolumeId id,
        long generation,
        boolean deleted,
        AccountId account,
        int sizeGib,
        String type,
        String zone,
        Optional<SnapshotId> from,
        String kmsKeyId,
        Grants grants) {
    private static final Pattern EXPORT_NAME = Pattern.compile("e[0-9a-f]{32}");
    private static final int MAX_GIB = 65_536;

    public Desired {
        if (generation < 1) {
            throw new IllegalArgumentException("the generation of " + id + " must be 1 or more");
        }
        if (sizeGib < 1 || sizeGib > MAX_GIB) {
            throw new IllegalArgumentException("the size of " + id + " must be 1 to 65,536 GiB");
        }
        if (!grants.names().stream().allMatch(name -> EXPORT_NAME.matcher(name).matches())) {
            throw new IllegalArgumentException("an export name of " + id + " must be e and 32 hexadecimal digits");
        }
    }
}
