package io.coppice.cloud.volume;

import java.util.Locale;

/** How far a volume's attachment is, as users see it. */
enum AttachmentState {
    /** Asked for; the guest does not have it yet. */
    ATTACHING,
    /** The guest has it. */
    ATTACHED,
    /** The guest should let go of it, and has not. */
    DETACHING,
    /** Not an attachment that a guest sees: the instance's host writes a copy of a disk to the volume. */
    FILLING;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static AttachmentState parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
