package io.coppice.server.up;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.coppice.server.OperatorException;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.settings.Defaults;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The secret by which a host joins a cloud: {@code coppice1.} and base64url of a JSON object. Beside what the Cloud Controller
 * put into it, it tells the range of guests' addresses, which the new host must use too.
 */
public final class JoinToken {
    private static final String PREFIX = "coppice1.";
    private static final String CLUSTER = "cluster";
    private static final String GUEST_RANGE = "guestRange";
    private static final ObjectMapper JSON = new ObjectMapper();

    private JoinToken() {}

    /** A new token for the cloud's zone. */
    public static String create(StatusClient operator, Settings settings) {
        try {
            var made = operator.post("/api/v1/node-tokens", Map.of("zone", settings.value(Settings.ZONE, "")))
                    .path("token")
                    .asText();
            return withGuestRange(made, settings.value(Settings.CLOUD_CIDR, Defaults.GUEST_CIDRS.getFirst()));
        } catch (IOException e) {
            throw new OperatorException(
                    "no join token to be had: " + e.getMessage(), "Look at \"coppice status\" and try again.", e);
        }
    }

    /** The same token that tells this range too. */
    static String withGuestRange(String token, String guestRange) throws JsonProcessingException {
        var fields = fields(token).put(GUEST_RANGE, guestRange);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(fields));
    }

    /** host:port of the Cluster Controller that the token is for. */
    public static String cluster(String token) {
        var cluster = fields(token).path(CLUSTER).asText("");
        if (cluster.isEmpty()) {
            throw notAToken();
        }
        return cluster;
    }

    /** The range that the cloud gives guests' addresses from; empty in tokens that do not tell it. */
    public static Optional<String> guestRange(String token) {
        return Optional.of(fields(token).path(GUEST_RANGE).asText("")).filter(text -> !text.isEmpty());
    }

    private static ObjectNode fields(String token) {
        if (token.startsWith(PREFIX)) {
            try {
                var json = new String(
                        Base64.getUrlDecoder().decode(token.substring(PREFIX.length())), StandardCharsets.UTF_8);
                if (JSON.readTree(json) instanceof ObjectNode fields) {
                    return fields;
                }
            } catch (JsonProcessingException | IllegalArgumentException e) {
                // The cause would quote the token, and with it the secret.
                throw notAToken();
            }
        }
        throw notAToken();
    }

    private static OperatorException notAToken() {
        return new OperatorException(
                "that is not a join token", "Paste the whole line that \"coppice node-token\" printed.");
    }
}
