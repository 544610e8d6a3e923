package io.coppice.server.up;

import io.coppice.server.OperatorException;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/** The secret by which a host joins a cloud: {@code coppice1.} and base64url of JSON. */
public final class JoinToken {
    private static final String PREFIX = "coppice1.";
    private static final Pattern CLUSTER = Pattern.compile("\"cluster\"\\s*:\\s*\"([^\"]+)\"");

    private JoinToken() {}

    /** A new token for the cloud's zone. */
    public static String create(StatusClient operator, Settings settings) {
        try {
            return operator.post("/api/v1/node-tokens", Map.of("zone", settings.value(Settings.ZONE, "")))
                    .path("token")
                    .asText();
        } catch (IOException e) {
            throw new OperatorException(
                    "no join token to be had: " + e.getMessage(), "Look at \"coppice status\" and try again.", e);
        }
    }

    /** host:port of the Cluster Controller that the token is for. */
    public static String cluster(String token) {
        if (token.startsWith(PREFIX)) {
            try {
                var json = new String(
                        Base64.getUrlDecoder().decode(token.substring(PREFIX.length())), StandardCharsets.UTF_8);
                var matcher = CLUSTER.matcher(json);
                if (matcher.find()) {
                    return matcher.group(1);
                }
            } catch (IllegalArgumentException e) {
                throw notAToken(e);
            }
        }
        throw notAToken(new IllegalArgumentException("no cluster address in it"));
    }

    private static OperatorException notAToken(IllegalArgumentException e) {
        return new OperatorException(
                "that is not a join token", "Paste the whole line that \"coppice node-token\" printed.", e);
    }
}
