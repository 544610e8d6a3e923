package io.coppice.wire.sign;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The parts of an HTTP request that a signature covers, as they came over the wire.
 *
 * @param method upper case
 * @param rawPath as sent, still percent-encoded, with the leading slash
 * @param rawQuery as sent, without the question mark; empty when there is none
 * @param headers every header, names in any case, values in the order they came; {@code host} must be among them (the
 *     authority, where the protocol is HTTP/2)
 */
public record SignableRequest(String method, String rawPath, String rawQuery, Map<String, List<String>> headers) {
    public SignableRequest {
        var lowerCase = HashMap.<String, List<String>>newHashMap(headers.size());
        headers.forEach((name, values) -> lowerCase.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        // Nobody else holds it: to copy it once more would cost as much as to read it.
        headers = Collections.unmodifiableMap(lowerCase);
    }

    /** The first value of a header; {@code name} in lower case. */
    public Optional<String> header(String name) {
        var values = headers.get(name);
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    QueryParameters query() {
        return QueryParameters.parse(rawQuery);
    }
}
