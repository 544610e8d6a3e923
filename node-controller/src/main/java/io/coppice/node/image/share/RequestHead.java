package io.coppice.node.image.share;

import io.coppice.node.image.serve.PeerClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The head of a request for a range of an image.
 *
 * @param sha256 of the image, lower-case hexadecimal; empty when the request is none of ours
 * @param end behind the last byte
 */
record RequestHead(String sha256, long from, long end, String ticket) {
    private static final int MOST_BYTES = 4096;
    private static final Pattern LINE = Pattern.compile("GET /images/([0-9a-f]{64}) HTTP/1\\.1");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{1,18})");
    private static final RequestHead UNKNOWN = new RequestHead("", 0, 0, "");

    /** The next one; empty at the end of what is said. Throws {@link IOException} for one that is too long or cut off. */
    static Optional<RequestHead> read(InputStream said) throws IOException {
        var text = new StringBuilder();
        for (int each = said.read(); each >= 0; each = said.read()) {
            text.append((char) each);
            if (each == '\n' && text.toString().endsWith("\r\n\r\n")) {
                return Optional.of(parse(text.toString()));
            }
            if (text.length() >= MOST_BYTES) {
                throw new IOException("the head of a request is too long");
            }
        }
        if (!text.isEmpty()) {
            throw new IOException("the head of a request was cut off");
        }
        return Optional.empty();
    }

    private static RequestHead parse(String text) {
        var line = LINE.matcher(text.substring(0, text.indexOf("\r\n")));
        var range = RANGE.matcher(header(text, "range"));
        if (!line.matches() || !range.matches()) {
            return UNKNOWN;
        }
        var from = Long.parseLong(range.group(1));
        var last = Long.parseLong(range.group(2));
        return last < from
                ? UNKNOWN
                : new RequestHead(
                        line.group(1), from, last + 1, header(text, PeerClient.TICKET.toLowerCase(Locale.ROOT)));
    }

    /** @param name in lower case */
    private static String header(String text, String name) {
        return text.lines()
                .skip(1)
                .map(line -> line.split(":", 2))
                .filter(parts ->
                        parts.length == 2 && parts[0].toLowerCase(Locale.ROOT).equals(name))
                .map(parts -> parts[1].strip())
                .findFirst()
                .orElse("");
    }

    boolean isUnderstood() {
        return !sha256.isEmpty();
    }

    /** Without the ticket, which does not belong into logs. */
    @Override
    public String toString() {
        return "%s %d-%d".formatted(sha256, from, end);
    }
}
