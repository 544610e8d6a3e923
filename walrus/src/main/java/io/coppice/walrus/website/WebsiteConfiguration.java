package io.coppice.walrus.website;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.util.List;
import java.util.Optional;

/**
 * A bucket as a web site (S3 API Reference, WebsiteConfiguration). Immutable.
 *
 * @param index what stands for a folder; empty only where all visitors are sent elsewhere
 * @param error the key of what answers errors
 * @param everywhere where all visitors are sent
 * @param rules in the order in which they are asked
 */
public record WebsiteConfiguration(
        Optional<String> index, Optional<String> error, Optional<Redirect> everywhere, List<RoutingRule> rules) {
    private static final int MAX_RULES = 50;

    public WebsiteConfiguration {
        rules = List.copyOf(rules);
    }

    /** A visitor is sent to {@code address} with the status {@code status}. */
    public record Destination(int status, String address) {}

    /** Reads a document; throws MalformedXML, InvalidArgument or InvalidRequest. */
    public static WebsiteConfiguration parse(byte[] document) {
        var xml = XmlElement.parse(document, "WebsiteConfiguration");
        var everywhere = xml.all("RedirectAllRequestsTo").stream().findFirst();
        var index = child(xml, "IndexDocument", "Suffix");
        var error = child(xml, "ErrorDocument", "Key");
        var rules = xml.all("RoutingRules").stream()
                .flatMap(each -> each.all("RoutingRule").stream())
                .map(RoutingRule::parse)
                .toList();
        if (everywhere.isPresent()) {
            if (index.isPresent() || error.isPresent() || !rules.isEmpty()) {
                throw S3Errors.invalidArgument(
                        "RedirectAllRequestsTo cannot be provided in conjunction with other elements");
            }
            if (Redirect.host(everywhere.get()).isEmpty()) {
                throw S3Errors.malformedXml();
            }
            return new WebsiteConfiguration(index, error, everywhere.map(Redirect::parse), rules);
        }
        if (index.isEmpty()) {
            throw S3Errors.invalidArgument(
                    "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is" + " empty");
        }
        if (index.filter(suffix -> suffix.isEmpty() || suffix.contains("/")).isPresent()) {
            throw S3Errors.invalidArgument("The IndexDocument Suffix is not well formed");
        }
        if (error.filter(String::isEmpty).isPresent()) {
            throw S3Errors.invalidArgument("The ErrorDocument Key is not well formed");
        }
        if (rules.size() > MAX_RULES) {
            throw S3Errors.invalidRequest(
                    rules.size() + " routing rules provided, the number of routing rules in a website"
                            + " configuration is limited to " + MAX_RULES + ".");
        }
        return new WebsiteConfiguration(index, error, Optional.empty(), rules);
    }

    private static Optional<String> child(XmlElement xml, String element, String name) {
        return xml.all(element).stream().findFirst().map(each -> each.value(name)
                .orElseThrow(S3Errors::malformedXml));
    }

    /** The object that stands for a path: the index of a folder, or the key itself. */
    public String object(String key) {
        return key.isEmpty() || key.endsWith("/") ? key + index.orElse("") : key;
    }

    /** Where a visitor is sent before the object is looked for. */
    public Optional<Destination> before(String host, String protocol, String key) {
        return everywhere
                .map(all -> new Destination(all.status(), all.address(host, protocol, "", key)))
                .or(() -> rules.stream()
                        .filter(rule -> rule.appliesBefore(key))
                        .findFirst()
                        .map(rule -> destination(rule, host, protocol, key)));
    }

    /** Where a visitor is sent in place of being answered that error. */
    public Optional<Destination> after(String host, String protocol, String key, int status) {
        return rules.stream()
                .filter(rule -> rule.appliesAfter(key, status))
                .findFirst()
                .map(rule -> destination(rule, host, protocol, key));
    }

    private static Destination destination(RoutingRule rule, String host, String protocol, String key) {
        var redirect = rule.redirect();
        return new Destination(redirect.status(), redirect.address(host, protocol, rule.keyPrefix(), key));
    }
}
