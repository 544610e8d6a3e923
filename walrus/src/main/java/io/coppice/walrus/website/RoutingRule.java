package io.coppice.walrus.website;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.util.Optional;

/**
 * Sends some of a site's visitors elsewhere (S3 API Reference, RoutingRule). Immutable.
 *
 * @param keyPrefix what the key must begin with; empty: with anything
 * @param errorCode the HTTP status that the answer would otherwise have; empty: whatever it is
 * @param redirect where they are sent
 */
public record RoutingRule(String keyPrefix, Optional<Integer> errorCode, Redirect redirect) {
    private static final int MIN_ERROR = 400;
    private static final int MAX_ERROR = 599;

    static RoutingRule parse(XmlElement rule) {
        var condition = rule.all("Condition").stream().findFirst();
        var prefix = condition.flatMap(each -> each.value("KeyPrefixEquals"));
        var code = condition.flatMap(each -> each.value("HttpErrorCodeReturnedEquals"));
        if (condition.isPresent() && prefix.isEmpty() && code.isEmpty()) {
            throw S3Errors.invalidRequest("Condition cannot be empty. To redirect all requests without a condition, the"
                    + " condition element shouldn't be present.");
        }
        var redirect = rule.all("Redirect").stream().findFirst().orElseThrow(S3Errors::malformedXml);
        return new RoutingRule(prefix.orElse(""), code.map(RoutingRule::errorCode), Redirect.parse(redirect));
    }

    private static int errorCode(String text) {
        try {
            var code = Integer.parseInt(text.strip());
            if (code >= MIN_ERROR && code <= MAX_ERROR) {
                return code;
            }
        } catch (NumberFormatException e) {
            throw invalidCode(text);
        }
        throw invalidCode(text);
    }

    private static RuntimeException invalidCode(String text) {
        return S3Errors.invalidRequest(
                "The provided HTTP error code (" + text + ") is not valid. Valid codes are 4XX or 5XX.");
    }

    /** Whether it is about a request for that key before it is known what would be answered. */
    boolean appliesBefore(String key) {
        return errorCode.isEmpty() && key.startsWith(keyPrefix);
    }

    /** Whether it is about a request for that key which would be answered with that error. */
    boolean appliesAfter(String key, int status) {
        return errorCode.filter(code -> code == status).isPresent() && key.startsWith(keyPrefix);
    }
}
