package io.coppice.cloud.rootvolume;

import java.util.Locale;

/** How far a replacement is, as users see it. */
enum ReplacementState {
    /** The new volume is being made. */
    PENDING,
    /** The guest is off, or on its way there or back. */
    IN_PROGRESS,
    /** The instance has its new root volume. */
    SUCCEEDED,
    /** The instance has the root volume that it had. */
    FAILED;

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static ReplacementState parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
