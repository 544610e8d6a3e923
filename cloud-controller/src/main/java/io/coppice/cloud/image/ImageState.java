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
    /** Deregistered, and to be had back for some time; its owner sees it in the recycle bin only. */
    RECYCLED,
    /** Nobody sees it any more; its bytes stay until no instance needs them. */
    DEREGISTERED;

    /** Whether it is among the images that users see and name. */
    boolean present() {
        return this != RECYCLED && this != DEREGISTERED;
    }

    /** The state as users and the database write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ImageState parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
