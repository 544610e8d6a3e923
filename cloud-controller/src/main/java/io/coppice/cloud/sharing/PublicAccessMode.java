package io.coppice.cloud.sharing;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far an account's things are kept from the public. */
enum PublicAccessMode {
    /** They may be public. */
    UNBLOCKED,
    /** Nothing more becomes public; what is public stays so. */
    BLOCK_NEW_SHARING,
    /** Nothing more becomes public, and what is public is treated as private while this is so. */
    BLOCK_ALL_SHARING;

    /** As requests, answers and the database write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<PublicAccessMode> of(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text().equals(text)).findFirst();
    }

    static PublicAccessMode parse(String text) {
        return of(text).orElseThrow(() -> new IllegalArgumentException("no such mode: " + text));
    }
}
