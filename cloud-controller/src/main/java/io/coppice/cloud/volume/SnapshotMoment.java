package io.coppice.cloud.volume;

import java.util.UUID;

/**
 * Which snapshots are taken together: of those that were asked for at once none holds a write that came after one that
 * another does not hold.
 *
 * @param id the same for all of them; empty for one that is taken alone
 * @param size how many they are, 1 or more
 */
record SnapshotMoment(String id, int size) {
    /** Of a snapshot that is taken alone. */
    static final SnapshotMoment ITS_OWN = new SnapshotMoment("", 1);

    /** A new one for so many snapshots. */
    static SnapshotMoment of(int size) {
        return size <= 1 ? ITS_OWN : new SnapshotMoment(UUID.randomUUID().toString(), size);
    }
}
