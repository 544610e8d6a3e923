package io.coppice.server.up;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.coppice.server.OperatorException;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The secret by which a host joins a cloud: {@code coppice1.} and base64url of a JSON object. Beside what the Cloud Controller
 * put into it, it tells of guests' networks what the new host must have too.
 */
public final class JoinToken {
    private static final String PREFIX = "coppice1.";
    private static final String CLUSTER = "cluster";
    private static final String NETWORK = "network";
    private static final ObjectMapper JSON = new ObjectMapper();

    private JoinToken() {}

    /** A new token for the cloud's own zone. */
    public static String create(StatusClient operator, Settings settings) {
        return create(operator, settings, settings.value(Settings.ZONE, ""));
    }

    /** A new token for one of the cloud's zones. */
    public static String create(StatusClient operator, Settings settings, String zone) {
        try {
            var made = operator.post("/api/v1/node-tokens", Map.of("zone", zone))
                    .path("token")
                    .asText();
            return withNetwork(made, GuestNetwork.told(settings));
        } catch (IOException e) {
            throw new OperatorException(
                    "no join token to be had: " + e.getMessage(), "Look at \"coppice status\" and try again.", e);
        }
    }

    /** The same token that tells these settings too. */
    static String withNetwork(String token, Map<String, String> network) throws JsonProcessingException {
        var fields = fields(token);
        network.forEach(fields.putObject(NETWORK)::put);
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

    /** What the cloud tells of guests' networks, and nothing else; empty when it tells nothing. */
    public static Map<String, String> network(String token) {
        var told = fields(token).path(NETWORK);
        var values = new LinkedHashMap<String, String>();
        for (var key : GuestNetwork.TOLD) {
            if (told.path(key).isTextual()) {
                values.put(key, told.path(key).asText());
            }
        }
        return values;
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
