package io.coppice.walrus.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;

/** The conditions of a request (RFC 9110 section 13), with the header names that it puts them under. */
record Conditions(
        Optional<String> ifMatch,
        Optional<String> ifNoneMatch,
        Optional<Instant> ifModifiedSince,
        Optional<Instant> ifUnmodifiedSince) {
    /** What comes of them. */
    enum Outcome {
        PROCEED,
        NOT_MODIFIED,
        FAILED
    }

    /** Reads {@code prefix + "if-match"} and so on. A date that cannot be read is as good as none. */
    static Conditions of(S3Request request, String prefix) {
        return new Conditions(
                request.header(prefix + "if-match"),
                request.header(prefix + "if-none-match"),
                date(request, prefix + "if-modified-since"),
                date(request, prefix + "if-unmodified-since"));
    }

    /** Whether a write has any condition. */
    static boolean any(S3Request request) {
        return request.header("if-match").isPresent()
                || request.header("if-none-match").isPresent()
                || request.header("if-modified-since").isPresent()
                || request.header("if-unmodified-since").isPresent();
    }

    /** For a read of something that is there. */
    Outcome evaluate(String etag, Instant modifiedAt) {
        var modified = modifiedAt.truncatedTo(ChronoUnit.SECONDS);
        if (ifMatch.isPresent()) {
            if (!matches(ifMatch.get(), etag)) {
                return Outcome.FAILED;
            }
        } else if (ifUnmodifiedSince.filter(modified::isAfter).isPresent()) {
            return Outcome.FAILED;
        }
        if (ifNoneMatch.isPresent()) {
            return matches(ifNoneMatch.get(), etag) ? Outcome.NOT_MODIFIED : Outcome.PROCEED;
        }
        return ifModifiedSince.filter(since -> !modified.isAfter(since)).isPresent()
                ? Outcome.NOT_MODIFIED
                : Outcome.PROCEED;
    }

    /** Whether the write is to go ahead only when nothing has the key. */
    boolean onlyIfAbsent() {
        return ifNoneMatch.filter(value -> value.strip().equals("*")).isPresent();
    }

    static boolean matches(String list, String etag) {
        return Arrays.stream(list.split(","))
                .map(each -> each.strip().replaceFirst("^W/", "").replace("\"", ""))
                .anyMatch(each -> each.equals("*") || each.equals(etag));
    }

    private static Optional<Instant> date(S3Request request, String name) {
        return request.header(name).flatMap(text -> {
            try {
                return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }
}
