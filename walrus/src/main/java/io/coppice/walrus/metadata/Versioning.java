package io.coppice.walrus.metadata;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a bucket keeps what is overwritten or deleted (S3 User Guide, "How S3 Versioning works"). */
public enum Versioning {
    /** Never was: every key has the one version "null". */
    OFF(""),
    /** Every write makes a version of its own. */
    ENABLED("Enabled"),
    /** Was: writes replace the version "null" and leave all others alone. */
    SUSPENDED("Suspended");

    private final String word;

    Versioning(String word) {
        this.word = word;
    }

    /** As it stands in XML; empty for {@link #OFF}. */
    public String word() {
        return word;
    }

    /** What a user may set. */
    public static Optional<Versioning> settable(String word) {
        return Arrays.stream(values())
                .filter(each -> each != OFF && each.word.equals(word))
                .findFirst();
    }

    static Versioning of(@Nullable String column) {
        return column == null ? OFF : settable(column).orElse(OFF);
    }
}
