package io.coppice.ebs.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.util.Optional;

/**
 * A snapshot as the Cloud Controller wants it: of a volume or of another snapshot.
 *
 * @param generation rises with every change asked for; 1 or more
 * @param deleted whether it should be gone
 */
public record DesiredSnapshotState(
        SnapshotId id,
        long generation,
        boolean deleted,
        AccountId account,
        Optional<VolumeId> volume,
        Optional<SnapshotId> source) {
    public DesiredSnapshotState {
        if (generation < 1) {
            throw new IllegalArgumentException("the generation of " + id + " must be 1 or more");
        }
        if (!deleted && volume.isPresent() == source.isPresent()) {
            throw new IllegalArgumentException(id + " must be of a volume or of a snapshot");
        }
    }
}
