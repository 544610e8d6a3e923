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
 * @param kmsKeyId of the key that a copy is encrypted under; empty: it is encrypted if what it is made from is, and likewise
 * @param moment with which others it is taken
 */
public record DesiredSnapshotState(
        SnapshotId id,
        long generation,
        boolean deleted,
        AccountId account,
        Optional<VolumeId> volume,
        Optional<SnapshotId> source,
        String kmsKeyId,
        Moment moment) {
    private static final int MOST_TOGETHER = 64;

    /**
     * Which snapshots are taken together.
     *
     * @param id the same for all of them; empty for one that is taken alone
     * @param size how many they are, 1 to 64
     */
    public record Moment(String id, int size) {
        /** Of a snapshot that is taken alone. */
        public static final Moment ITS_OWN = new Moment("", 1);

        public Moment {
            if (size < 1 || size > MOST_TOGETHER) {
                throw new IllegalArgumentException(
                        "1 to %d snapshots are taken at one moment, not %d".formatted(MOST_TOGETHER, size));
            }
        }
    }

    public DesiredSnapshotState {
        if (generation < 1) {
            throw new IllegalArgumentException("the generation of " + id + " must be 1 or more");
        }
        if (!deleted && volume.isPresent() == source.isPresent()) {
            throw new IllegalArgumentException(id + " must be of a volume or of a snapshot");
        }
    }
}
