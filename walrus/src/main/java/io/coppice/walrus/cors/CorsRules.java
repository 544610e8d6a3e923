package io.coppice.walrus.cors;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The rules of a bucket for requests that scripts of other sites send (S3 User Guide, "Elements of a CORS configuration"). */
public record CorsRules(List<CorsRules.Rule> rules) {
    private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "DELETE", "HEAD");
    private static final int MAX_RULES = 100;

    public CorsRules {
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param origins with at most one star each
     * @param headers that a request may bring, with at most one star each
     * @param exposed headers of the answer that scripts may read
     * @param maxAge seconds for which a browser may keep the answer to a preflight; empty: as it likes
     */
    public record Rule(
            List<String> origins,
            List<String> methods,
            List<String> headers,
            List<String> exposed,
            Optional<String> maxAge) {
        private boolean allows(String origin, String method, List<String> wanted) {
            return methods.contains(method)
                    && origins.stream().anyMatch(pattern -> matches(pattern, origin))
                    && wanted.stream().allMatch(name -> headers.stream()
                            .anyMatch(pattern -> matches(pattern.toLowerCase(Locale.ROOT), name)));
        }
    }

    /** Reads a document; throws MalformedXML or InvalidRequest. */
    public static CorsRules parse(byte[] document) {
        var rules = XmlElement.parse(document, "CORSConfiguration").all("CORSRule").stream()
                .map(CorsRules::rule)
                .toList();
        if (rules.isEmpty() || rules.size() > MAX_RULES) {
            throw S3Errors.malformedXml();
        }
        return new CorsRules(rules);
    }

    /**
     * The first rule that lets such a request pass.
     *
     * @param headers that it brings, separated by commas
     */
    public Optional<Rule> find(String origin, String method, String headers) {
        var wanted = Arrays.stream(headers.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        return rules.stream()
                .filter(rule -> rule.allows(origin, method, wanted))
                .findFirst();
    }

    /** Tells a browser what a rule allows. */
    public static void describe(Rule rule, String origin, String requested, BiConsumer<String, String> header) {
        var everybody = rule.origins().contains("*");
        header.accept("Access-Control-Allow-Origin", everybody ? "*" : origin);
        if (!everybody) {
            header.accept("Access-Control-Allow-Credentials", "true");
        }
        header.accept("Access-Control-Allow-Methods", String.join(", ", rule.methods()));
        if (!requested.isEmpty()) {
            header.accept("Access-Control-Allow-Headers", requested.toLowerCase(Locale.ROOT));
        }
        if (!rule.exposed().isEmpty()) {
            header.accept("Access-Control-Expose-Headers", String.join(", ", rule.exposed()));
        }
        rule.maxAge().ifPresent(seconds -> header.accept("Access-Control-Max-Age", seconds));
        header.accept("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    }

    private static Rule rule(XmlElement rule) {
        var methods = values(rule, "AllowedMethod");
        var origins = values(rule, "AllowedOrigin");
        if (methods.isEmpty() || origins.isEmpty()) {
            throw S3Errors.malformedXml();
        }
        methods.stream().filter(method -> !METHODS.contains(method)).findFirst().ifPresent(method -> {
            throw S3Errors.invalidRequest(
                    "Found unsupported HTTP method in CORS config. Unsupported method is " + method);
        });
        for (var pattern : origins) {
            if (pattern.chars().filter(c -> c == '*').count() > 1) {
                throw S3Errors.invalidRequest("AllowedOrigin \"" + pattern + "\" can not have more than one wildcard.");
            }
        }
        return new Rule(
                origins,
                methods,
                values(rule, "AllowedHeader"),
                values(rule, "ExposeHeader"),
                rule.value("MaxAgeSeconds"));
    }

    private static List<String> values(XmlElement rule, String name) {
        return rule.all(name).stream().map(each -> each.text().strip()).toList();
    }

    private static boolean matches(String pattern, String text) {
        var star = pattern.indexOf('*');
        return star < 0
                ? pattern.equals(text)
                : text.matches(
                        Pattern.quote(pattern.substring(0, star)) + ".*" + Pattern.quote(pattern.substring(star + 1)));
    }
}
