package io.coppice.cloud.transfer;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** What a task does. */
enum TaskKind {
    IMPORT_IMAGE("import-ami-", "InvalidConversionTaskId"),
    IMPORT_SNAPSHOT("import-snap-", "InvalidConversionTaskId"),
    EXPORT_IMAGE("export-ami-", "InvalidExportImageTaskId.NotFound");

    private static final String DIGITS = "[0-9a-f]{17}";

    private final String prefix;
    private final String notFoundCode;

    TaskKind(String prefix, String notFoundCode) {
        this.prefix = prefix;
        this.notFoundCode = notFoundCode;
    }

    /** The kind whose tasks have ids like this one. */
    static Optional<TaskKind> of(String id) {
        return Stream.of(values())
                .filter(kind -> id.matches(kind.prefix + DIGITS))
                .findFirst();
    }

    /** What the ids of its tasks begin with. */
    String prefix() {
        return prefix;
    }

    /** A new id, never given before. */
    String newId() {
        var random = ThreadLocalRandom.current();
        return prefix + String.format(Locale.ROOT, "%016x%x", random.nextLong(), random.nextInt(16));
    }

    /** AWS's error for an id that no task has. */
    String notFoundCode() {
        return notFoundCode;
    }

    /** As tags call it, and the database with {@code -task} cut off. */
    String resourceType() {
        return text() + "-task";
    }

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static TaskKind parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
