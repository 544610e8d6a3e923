package io.coppice.cloud.image;

import java.util.Locale;

/** Where an image is in its life. */
enum ImageState {
    /** Registered; its bytes are being pinned. */
    PENDING,
    /** Can be launched. */
    AVAILABLE,
    /** Its owner has switched it off: it is kept, and nobody can launch it. */
    DISABLED,
    /** Its bytes could not be pinned; the reason says why. */
    FAILED,
    /** Nobody sees it any more; its bytes stay until no instance needs them. */
    DEREGISTERED;

    /** The state as users and the database write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ImageState parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
