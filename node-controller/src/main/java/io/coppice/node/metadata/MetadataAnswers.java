package io.coppice.node.metadata;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.MetadataEntry.Guest;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a guest is answered, without any network: who asks is known by its VPC and the address it asks from, of IPv4,
 * IPv6 or hardware, which the network vouches for. Source: AWS EC2 user guide, "Use the Instance Metadata Service to access instance metadata".
 * Thread-safe.
 */
final class MetadataAnswers {
    static final String TOKEN_HEADER = "X-aws-ec2-metadata-token";
    static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
    static final String FORWARDED_HEADER = "X-Forwarded-For";

    private static final String TOKEN_PATH = "/latest/api/token";
    private static final int MAXIMUM_TTL_SECONDS = 21_600;
    private static final Pattern TTL = Pattern.compile("[0-9]{1,5}");
    private static final List<String> VERSIONS = List.of(
            "1.0",
            "2007-01-19",
            "2007-03-01",
            "2007-08-29",
            "2007-10-10",
            "2007-12-15",
            "2008-02-01",
            "2008-09-01",
            "2009-04-04",
            "2011-01-01",
            "2011-05-01",
            "2012-01-12",
            "2014-02-25",
            "2014-11-05",
            "2015-10-20",
            "2016-04-19",
            "2016-06-30",
            "2016-09-02",
            "2018-03-28",
            "2018-08-17",
            "2018-09-24",
            "2019-10-01",
            "2020-10-27",
            "2021-01-03",
            "2021-03-23",
            "2021-07-15",
            "2022-09-24",
            "latest");

    private final Map<Guest, Published> byAddress = new ConcurrentHashMap<>();
    private final SessionTokens tokens;
    private final InstanceDocument documents;

    MetadataAnswers(Clock clock, String architecture) {
        this.tokens = new SessionTokens(clock);
        this.documents = new InstanceDocument(architecture);
    }

    void publish(DesiredInstance desired) {
        var instance = new InstanceId(desired.getInstanceId());
        var published = new Published(
                instance,
                documents.of(desired),
                desired.getMetadata().getEnabled(),
                desired.getMetadata().getTokenRequired());
        var addresses = desired.getEndpointsList().stream()
                .flatMap(endpoint -> addresses(endpoint, desired.getMetadata().getIpv6Enabled()))
                .toList();
        addresses.forEach(address -> byAddress.put(address, published));
        byAddress
                .entrySet()
                .removeIf(entry -> entry.getValue().instance().equals(instance) && !addresses.contains(entry.getKey()));
    }

    void withdraw(InstanceId instance) {
        byAddress.values().removeIf(published -> published.instance().equals(instance));
    }

    private static Stream<Guest> addresses(NetworkEndpoint endpoint, boolean byIpv6) {
        return Stream.of(
                        List.of(endpoint.getPrivateIpv4(), endpoint.getMac()),
                        endpoint.getSecondaryPrivateIpv4List(),
                        byIpv6 ? endpoint.getIpv6List() : List.<String>of())
                .flatMap(List::stream)
                .filter(address -> !address.isEmpty())
                .map(address -> new Guest(endpoint.getVpcId(), address));
    }

    /** The answer to somebody who is no guest. */
    static Answer toNobody() {
        return Answer.error(404, "Not Found");
    }

    /** The answer to one request of this guest. */
    Answer answer(Guest guest, Request request) {
        var published = byAddress.get(guest);
        if (published == null) {
            return Answer.error(404, "Not Found");
        }
        if (!published.enabled()) {
            return Answer.error(403, "Forbidden");
        }
        return switch (request.method()) {
            case "PUT" -> putToken(published.instance(), request);
            case "GET", "HEAD" -> get(published, request);
            default -> Answer.error(405, "Method Not Allowed");
        };
    }

    /** A proxy would pass tokens on to whoever sits behind it: requests that came through one get none. */
    private Answer putToken(InstanceId instance, Request request) {
        if (!request.path().equals(TOKEN_PATH)) {
            return Answer.error(404, "Not Found");
        }
        if (request.forwarded()) {
            return Answer.error(403, "Forbidden");
        }
        var ttl = request.ttl();
        if (ttl == null || !TTL.matcher(ttl).matches()) {
            return Answer.error(400, "Bad Request");
        }
        var seconds = Integer.parseInt(ttl);
        if (seconds < 1 || seconds > MAXIMUM_TTL_SECONDS) {
            return Answer.error(400, "Bad Request");
        }
        var token = tokens.issue(instance, Duration.ofSeconds(seconds));
        return new Answer(200, "text/plain", Map.of(TTL_HEADER, ttl), token.getBytes(StandardCharsets.US_ASCII));
    }

    private Answer get(Published published, Request request) {
        var token = request.token();
        if (token == null ? published.tokenRequired() : !tokens.isGood(published.instance(), token)) {
            return Answer.error(401, "Unauthorized");
        }
        var path = request.path();
        if (path.isEmpty() || path.equals("/")) {
            return Answer.text(String.join("\n", VERSIONS).getBytes(StandardCharsets.US_ASCII));
        }
        var end = path.indexOf('/', 1);
        var version = path.substring(1, end < 0 ? path.length() : end);
        if (!VERSIONS.contains(version)) {
            return Answer.error(404, "Not Found");
        }
        return published
                .tree()
                .read(end < 0 ? "" : path.substring(end))
                .map(Answer::text)
                .orElseGet(() -> Answer.error(404, "Not Found"));
    }

    /**
     * What a guest asked.
     *
     * @param path without the query
     * @param token the session token it showed
     * @param ttl life that it wants of a new token, seconds
     * @param forwarded whether the request says that it came through a proxy
     */
    record Request(
            String method,
            String path,
            @Nullable String token,
            @Nullable String ttl,
            boolean forwarded) {}

    /** What the guest gets. */
    record Answer(int status, String contentType, Map<String, String> headers, byte[] body) {
        private static Answer text(byte[] body) {
            return new Answer(200, "text/plain", Map.of(), body);
        }

        private static Answer error(int status, String reason) {
            var body = """
                    <?xml version="1.0" encoding="iso-8859-1"?>
                    <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
                    	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
                    <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
                     <head>
                      <title>%1$d - %2$s</title>
                     </head>
                     <body>
                      <h1>%1$d - %2$s</h1>
                     </body>
                    </html>
                    """.formatted(status, reason);
            return new Answer(status, "text/html", Map.of(), body.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private record Published(InstanceId instance, MetadataTree tree, boolean enabled, boolean tokenRequired) {}
}
