package io.coppice.cloud.transfer;

import java.util.Locale;

/** Where a task is in its life. */
enum TaskState {
    ACTIVE,
    /** Cancelled or failed; what it made so far is being cleared away. */
    DELETING,
    COMPLETED,
    /** It was cancelled, or an image could not be imported or exported. */
    DELETED,
    /** A snapshot could not be imported. */
    ERROR;

    /** As users and the database write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static TaskState parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
