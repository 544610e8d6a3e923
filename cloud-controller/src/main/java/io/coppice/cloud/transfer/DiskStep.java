package io.coppice.cloud.transfer;

import java.util.Locale;

/** What a disk of a task is at. */
enum DiskStep {
    /** The EBS controller fetches the object, to see how large the disk is. */
    FETCHING("downloading", 0, 40),
    /** It writes the disk to a volume that nobody sees. */
    FILLING("converting", 40, 50),
    /** A snapshot of that volume is being taken. */
    KEEPING("preparing snapshot", 90, 5),
    /** It converts the image and sends it to the object. */
    EXPORTING("converting", 0, 95),
    DONE("completed", 100, 0);

    private final String message;
    private final int before;
    private final int share;

    DiskStep(String message, int before, int share) {
        this.message = message;
        this.before = before;
        this.share = share;
    }

    /** What users are told that happens. */
    String message() {
        return message;
    }

    /** How much of all is done when so many percent of this step are. */
    int progress(int percent) {
        return before + share * percent / 100;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DiskStep parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
