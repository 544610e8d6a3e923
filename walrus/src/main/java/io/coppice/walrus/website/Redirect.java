package io.coppice.walrus.website;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * Where a visitor is sent (S3 API Reference, Redirect). What is empty stays as it was asked for. Immutable.
 *
 * @param host name of the host, with its port where that is not the protocol's own
 * @param protocol {@code http} or {@code https}
 * @param replacePrefix what takes the place of the prefix that the rule names
 * @param replaceKey what takes the place of the whole key; never together with {@code replacePrefix}
 * @param status 301 to 308, of those that send on
 */
public record Redirect(
        Optional<String> host,
        Optional<String> protocol,
        Optional<String> replacePrefix,
        Optional<String> replaceKey,
        int status) {
    private static final int MOVED = 301;
    private static final Set<String> STATUSES = Set.of("301", "302", "303", "304", "305", "307", "308");
    private static final Set<String> PROTOCOLS = Set.of("http", "https");

    static Redirect parse(XmlElement redirect) {
        var prefix = redirect.value("ReplaceKeyPrefixWith");
        var key = redirect.value("ReplaceKeyWith");
        if (prefix.isPresent() && key.isPresent()) {
            throw S3Errors.invalidRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
        }
        if (redirect.children().isEmpty()) {
            throw S3Errors.malformedXml();
        }
        var status = redirect.value("HttpRedirectCode").map(String::strip);
        if (status.filter(code -> !STATUSES.contains(code)).isPresent()) {
            throw S3Errors.invalidRequest("The provided HTTP redirect code (" + status.get()
                    + ") is not valid. Valid codes are 3XX except 300.");
        }
        return new Redirect(
                host(redirect),
                protocol(redirect),
                prefix,
                key,
                status.map(Integer::parseInt).orElse(MOVED));
    }

    static Optional<String> protocol(XmlElement redirect) {
        var protocol = redirect.value("Protocol").map(String::strip);
        if (protocol.filter(each -> !PROTOCOLS.contains(each)).isPresent()) {
            throw S3Errors.invalidRequest(
                    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected"
                            + " automatically.");
        }
        return protocol;
    }

    static Optional<String> host(XmlElement redirect) {
        var host = redirect.value("HostName").map(String::strip);
        // It becomes part of a header: what is no name of a host could begin another one.
        if (host.filter(each -> !each.matches("[A-Za-z0-9.:\\[\\]_-]{1,255}")).isPresent()) {
            throw S3Errors.invalidRequest("The HostName of a redirect must be the name of a host");
        }
        return host;
    }

    /**
     * The address that the visitor is sent to.
     *
     * @param askedHost the host of the request, with its port
     * @param askedProtocol {@code http} or {@code https}
     * @param rulePrefix the prefix that the rule names
     * @param key what was asked for
     */
    String address(String askedHost, String askedProtocol, String rulePrefix, String key) {
        var target = replaceKey
                .or(() -> replacePrefix.map(
                        prefix -> prefix + key.substring(Math.min(key.length(), rulePrefix.length()))))
                .orElse(key);
        return protocol.orElse(askedProtocol) + "://" + host.orElse(askedHost) + "/" + encoded(target);
    }

    /** A key as the path of an address. */
    public static String encoded(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/")
                .replace("%7E", "~");
    }
}
