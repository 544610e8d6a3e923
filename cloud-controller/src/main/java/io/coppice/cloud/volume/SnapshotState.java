package io.coppice.cloud.volume;

import java.util.Locale;

/** Where a snapshot is in its life, as users see it. */
enum SnapshotState {
    /** Asked for; the EBS controller has not taken it yet. */
    PENDING,
    /** There. */
    COMPLETED,
    /** It could not be taken; only deleting is left. */
    ERROR,
    /** Deleted, and to be had back for some time; users see it in the recycle bin only. */
    RECYCLED,
    /** To be gone; users no longer see it. */
    DELETING;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static SnapshotState parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
