package io.coppice.walrus.form;

import io.coppice.walrus.body.BodySource;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body of {@code multipart/form-data} (RFC 7578) with one file as its last field: first all fields before the file,
 * then the file's bytes as they come. Holds no more than a few pieces of the body. Not thread-safe.
 */
public final class FormReader implements BodySource {
    private static final int MAX_FIELDS_BYTES = 64 * 1024;
    private static final int MAX_FIELDS = 200;
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
    private static final Pattern FILE_NAME = Pattern.compile("filename=\"([^\"]*)\"");
    private static final Pattern CONTENT_TYPE = Pattern.compile("(?im)^content-type:\\s*(.+?)\\s*$");

    private final BodySource source;
    private final byte[] delimiter;
    private byte[] held = new byte[0];
    private boolean sourceEnded;
    private boolean fileEnded;

    private FormReader(BodySource source, String boundary) {
        this.source = source;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.UTF_8);
        // The first boundary has no line break before it.
        this.held = "\r\n".getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The fields before the file.
     *
     * @param values names in lower case
     * @param fileName as the browser tells it; empty when it does not
     * @param fileType of the file's own part
     */
    public record Fields(Map<String, String> values, String fileName, Optional<String> fileType) {}

    /** A reader for a body of that content type; throws MalformedPOSTRequest when that is none of a form. */
    public static FormReader of(BodySource source, String contentType) {
        var boundary = BOUNDARY.matcher(contentType);
        if (!contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data") || !boundary.find()) {
            throw malformed("The body of your POST request is not well-formed multipart/form-data.");
        }
        return new FormReader(source, boundary.group(1));
    }

    /** Reads up to the beginning of the file; throws MalformedPOSTRequest or InvalidArgument where there is none. */
    public Fields fields() throws IOException {
        var values = new LinkedHashMap<String, String>();
        var total = 0;
        skip();
        while (true) {
            var head = headOfPart();
            var name = NAME.matcher(head);
            if (!name.find()) {
                throw malformed("A part of the form has no name.");
            }
            if (name.group(1).equalsIgnoreCase("file")) {
                var fileName = FILE_NAME.matcher(head);
                var type = CONTENT_TYPE.matcher(head);
                return new Fields(
                        values,
                        fileName.find() ? fileName.group(1) : "",
                        type.find() ? Optional.of(type.group(1)) : Optional.empty());
            }
            var value = skip();
            total += value.length;
            if (total > MAX_FIELDS_BYTES || values.size() > MAX_FIELDS) {
                throw AwsException.client(
                        "MaxPostPreDataLengthExceeded",
                        "Your POST request fields preceding the upload file were too large.");
            }
            values.put(name.group(1).toLowerCase(Locale.ROOT), new String(value, StandardCharsets.UTF_8));
        }
    }

    /** The file's next bytes. */
    @Override
    public @Nullable ByteBuffer next() throws IOException {
        while (!fileEnded) {
            var end = indexOf(delimiter);
            if (end >= 0) {
                fileEnded = true;
                var last = take(end);
                while (source.next() != null) {
                    // What follows the file says nothing to S3; it is read so that the connection can be used again.
                }
                return last.length == 0 ? null : ByteBuffer.wrap(last);
            }
            var safe = held.length - delimiter.length;
            if (safe > 0) {
                return ByteBuffer.wrap(take(safe));
            }
            if (!fill()) {
                throw malformed("The form ends within the file.");
            }
        }
        return null;
    }

    private String headOfPart() throws IOException {
        var after = read("\r\n".getBytes(StandardCharsets.UTF_8), MAX_FIELDS_BYTES);
        if (after.length > 0) {
            // Two dashes: the form is over.
            throw S3Errors.invalidArgument("POST requires exactly one file upload per request.");
        }
        return " "
                + new String(
                        read("\r\n\r\n".getBytes(StandardCharsets.UTF_8), MAX_FIELDS_BYTES), StandardCharsets.UTF_8);
    }

    private byte[] skip() throws IOException {
        return read(delimiter, MAX_FIELDS_BYTES);
    }

    /** What comes before {@code end}, which is taken too. */
    private byte[] read(byte[] end, int limit) throws IOException {
        while (true) {
            var at = indexOf(end);
            if (at >= 0) {
                var found = take(at);
                take(end.length);
                return found;
            }
            if (held.length > limit) {
                throw AwsException.client(
                        "MaxPostPreDataLengthExceeded",
                        "Your POST request fields preceding the upload file were too large.");
            }
            if (!fill()) {
                throw malformed("The body of your POST request is not well-formed multipart/form-data.");
            }
        }
    }

    private boolean fill() throws IOException {
        if (sourceEnded) {
            return false;
        }
        var more = source.next();
        if (more == null) {
            sourceEnded = true;
            return false;
        }
        var begin = held.length;
        held = Arrays.copyOf(held, begin + more.remaining());
        more.get(held, begin, held.length - begin);
        return true;
    }

    private byte[] take(int count) {
        var taken = Arrays.copyOf(held, count);
        held = Arrays.copyOfRange(held, count, held.length);
        return taken;
    }

    private int indexOf(byte[] wanted) {
        for (int i = 0; i <= held.length - wanted.length; i++) {
            var same = 0;
            while (same < wanted.length && held[i + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return i;
            }
        }
        return -1;
    }

    private static AwsException malformed(String message) {
        return AwsException.client("MalformedPOSTRequest", message);
    }
}
