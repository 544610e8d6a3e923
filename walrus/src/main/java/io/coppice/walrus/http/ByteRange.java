package io.coppice.walrus.http;

import io.coppice.walrus.protocol.S3Errors;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A stretch of an object.
 *
 * @param first offset of its first byte
 * @param length bytes, at least 1 unless the object is empty
 */
record ByteRange(long first, long length) {
    private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * Reads a Range header (RFC 9110 section 14.2); empty when the whole object is to be sent, as for several ranges or
     * what is not understood. Throws InvalidRange when no byte lies in it.
     */
    static Optional<ByteRange> parse(String header, long size) {
        var match = SINGLE.matcher(header.strip());
        if (!match.matches() || (match.group(1).isEmpty() && match.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (match.group(1).isEmpty()) {
            var length = Math.min(size, Long.parseLong(match.group(2)));
            if (length == 0) {
                throw S3Errors.invalidRange();
            }
            return Optional.of(new ByteRange(size - length, length));
        }
        var first = Long.parseLong(match.group(1));
        var last = match.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(match.group(2)));
        if (!match.group(2).isEmpty() && Long.parseLong(match.group(2)) < first) {
            return Optional.empty();
        }
        if (first >= size) {
            throw S3Errors.invalidRange();
        }
        return Optional.of(new ByteRange(first, last - first + 1));
    }

    /** For Content-Range. */
    String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
