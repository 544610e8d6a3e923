package io.coppice.walrus.metadata;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A checksum that is kept with an object.
 *
 * @param algorithm for example {@code CRC32}, as S3 writes it
 * @param type {@code FULL_OBJECT} or {@code COMPOSITE}
 * @param value Base64; composite ones end with a dash and the number of parts
 */
public record StoredChecksum(String algorithm, String type, String value) {
    static Optional<StoredChecksum> of(@Nullable String algorithm, @Nullable String type, @Nullable String value) {
        return algorithm == null || type == null || value == null
                ? Optional.empty()
                : Optional.of(new StoredChecksum(algorithm, type, value));
    }
}
