package io.coppice.node.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.foundation.rpc.Address;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a new host must know to join a cloud: {@code coppice1.} and base64url (RFC 4648) of a JSON object.
 *
 * @param cluster where the Cluster Controller listens
 * @param authority fingerprint of the cloud's authority: SHA-256 of the certificate, lower-case hexadecimal
 * @param secret stands for the right to join; never logged
 */
public record JoinToken(Address cluster, String authority, String secret) {
    private static final String PREFIX = "coppice1.";
    private static final int MAX_CHARACTERS = 4096;

    /** Reads a token; throws {@link IllegalArgumentException} that does not repeat it when it is not one. */
    public static JoinToken parse(String text) {
        var stripped = text.strip();
        if (!stripped.startsWith(PREFIX) || stripped.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("a join token begins with " + PREFIX);
        }
        try {
            var json = new String(
                    Base64.getUrlDecoder().decode(stripped.substring(PREFIX.length())), StandardCharsets.UTF_8);
            var fields = new ObjectMapper().readTree(json);
            var token = new JoinToken(
                    Address.parse(fields.path("cluster").asText()),
                    fields.path("authority").asText(),
                    fields.path("secret").asText());
            if (!token.authority().matches("[0-9a-f]{64}") || token.secret().isEmpty()) {
                throw new IllegalArgumentException("the join token is cut off or damaged");
            }
            return token;
        } catch (JsonProcessingException e) {
            // The cause would quote the token, and with it the secret.
            throw new IllegalArgumentException("the join token is cut off or damaged");
        }
    }

    @Override
    public String toString() {
        return "JoinToken[" + cluster + "]";
    }
}
