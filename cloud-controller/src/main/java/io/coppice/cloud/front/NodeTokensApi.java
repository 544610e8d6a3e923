package io.coppice.cloud.front;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.identity.JoinTokens;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.SignableRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * {@code POST /api/v1/node-tokens}, for the operator: makes a token by which hosts join. The body is a JSON object or
 * nothing: {@code zone} (this site's when absent), {@code hours} (24), {@code uses} (100). The answer has {@code token},
 * {@code zone}, {@code uses} and {@code expiresAt}.
 */
final class NodeTokensApi {
    static final String PATH = "/api/v1/node-tokens";

    private static final Logger LOG = Logger.getLogger(NodeTokensApi.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DEFAULT_HOURS = 24;
    private static final int CREATED = 201;
    private static final int FORBIDDEN = 403;
    private static final int INTERNAL_ERROR = 500;

    private final ApiAuthenticator authenticator;
    private final JoinTokens tokens;
    private final String ownZone;
    private final Clock clock;

    NodeTokensApi(ApiAuthenticator authenticator, JoinTokens tokens, String ownZone, Clock clock) {
        this.authenticator = authenticator;
        this.tokens = tokens;
        this.ownZone = ownZone;
        this.clock = clock;
    }

    /** Blocks. Never throws. */
    JsonAnswer create(SignableRequest request, byte[] body) {
        try {
            return switch (authenticator.authenticate(request, body)) {
                case ApiCaller.Operator operator -> new JsonAnswer(CREATED, json(make(body)));
                case ApiCaller.User user ->
                    throw AwsException.of(
                            "AccessDenied", FORBIDDEN, "Only the operator of this cloud makes join tokens.");
            };
        } catch (AwsException e) {
            return new JsonAnswer(
                    e.status(), json(Map.of("code", e.code(), "message", String.valueOf(e.getMessage()))));
        } catch (RuntimeException e) {
            LOG.error("a join token could not be made", e);
            return new JsonAnswer(
                    INTERNAL_ERROR,
                    json(Map.of(
                            "code", "InternalError", "message", "The cause is in the log of the cloud-controller.")));
        }
    }

    private Map<String, Object> make(byte[] body) {
        var wish = parse(body);
        var asked = wish.path("zone").asText("");
        var zone = asked.isBlank() ? ownZone : asked;
        var life = Duration.ofHours(wish.path("hours").asInt(DEFAULT_HOURS));
        var uses = wish.path("uses").asInt(JoinTokens.DEFAULT_USES);
        var answer = new LinkedHashMap<String, Object>();
        try {
            answer.put("token", tokens.create(zone, life, uses));
        } catch (IllegalArgumentException e) {
            throw AwsException.client("InvalidParameterValue", String.valueOf(e.getMessage()));
        }
        answer.put("zone", zone);
        answer.put("uses", uses);
        answer.put("expiresAt", clock.instant().plus(life).toString());
        return answer;
    }

    private static JsonNode parse(byte[] body) {
        try {
            var text = new String(body, StandardCharsets.UTF_8).strip();
            var node = JSON.readTree(text.isEmpty() ? "{}" : text);
            if (!node.isObject()) {
                throw AwsException.client("MalformedInput", "The body must be a JSON object.");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw AwsException.client("MalformedInput", "The body is not JSON: " + e.getOriginalMessage());
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers always make JSON", e);
        }
    }

    /** What goes back. */
    record JsonAnswer(int status, String json) {
        static final JsonAnswer TOO_LARGE =
                new JsonAnswer(413, "{\"code\":\"RequestEntityTooLarge\",\"message\":\"The body is too large.\"}");
    }
}
