package io.coppice.cloud.volume;

import java.util.Locale;

/** Where a volume is in its life, as users see it. */
enum VolumeState {
    /** Asked for; the EBS controller has not made it yet. */
    CREATING,
    /** There, and attached to nothing. */
    AVAILABLE,
    /** An instance has it. */
    IN_USE,
    /** To be gone; the EBS controller still has it. */
    DELETING,
    /** It could not be made; only deleting is left. */
    ERROR;

    /** The state as users and the database write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static VolumeState parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
