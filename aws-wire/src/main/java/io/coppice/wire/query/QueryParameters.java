package io.coppice.wire.query;

import io.coppice.wire.error.AwsException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of one Query request, decoded, by full name ({@code Filter.1.Value.2}). When a name is sent twice the
 * last one counts.
 */
public record QueryParameters(Map<String, String> values) {
    public QueryParameters {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Reads form-encoded texts (the URL's query, then the body), UTF-8. Throws {@link AwsException} for a broken escape,
     * too many parameters, or the character U+0000, which neither XML nor a database's text can hold.
     */
    public static QueryParameters parse(QueryLimits limits, String... formTexts) {
        var values = new LinkedHashMap<String, String>();
        for (var text : formTexts) {
            readInto(values, text, limits.maxParameters());
        }
        return new QueryParameters(values);
    }

    /** A parameter's value; empty when it was not sent. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    private static void readInto(Map<String, String> values, String text, int maxParameters) {
        for (int start = 0; start < text.length(); ) {
            var ampersand = text.indexOf('&', start);
            var end = ampersand < 0 ? text.length() : ampersand;
            if (end > start) {
                var equals = text.indexOf('=', start);
                var nameEnd = equals < 0 || equals > end ? end : equals;
                var value = nameEnd == end ? "" : decode(text.substring(nameEnd + 1, end));
                values.put(decode(text.substring(start, nameEnd)), value);
            }
            if (values.size() > maxParameters) {
                throw AwsException.client(
                        "MalformedQueryString", "The request has more than " + maxParameters + " parameters.");
            }
            start = end + 1;
        }
    }

    private static String decode(String text) {
        var decoded = unescaped(text);
        if (decoded.indexOf('\0') >= 0) {
            throw AwsException.client(
                    "MalformedQueryString",
                    "The query string contains the character U+0000, which no parameter may have.");
        }
        return decoded;
    }

    private static String unescaped(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AwsException.client(
                    "MalformedQueryString", "The query string contains a syntax error: a broken percent escape.");
        }
    }
}
