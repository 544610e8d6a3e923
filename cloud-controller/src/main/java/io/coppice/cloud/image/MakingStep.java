package io.coppice.cloud.image;

import java.util.Locale;

/** How far an image is that is made of an instance. */
enum MakingStep {
    /** The instance's host copies its root disk, or shuts its guest down. */
    COPYING,
    /** What the snapshots will be of is there; it may still be served to the host. */
    COPIED,
    /** The snapshots are wanted, and the image says which they are. */
    TAKEN;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static MakingStep parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
