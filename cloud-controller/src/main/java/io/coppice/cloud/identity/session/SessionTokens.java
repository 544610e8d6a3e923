package io.coppice.cloud.identity.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.action.Session.Kind;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.entity.Identifiers;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Makes session tokens and reads them. A token is the whole session, compressed and sealed with AES-256-GCM under the cloud's
 * master key, and bound to its access key: it needs no row, every replica can read it, and it cannot be used with another
 * key. What it costs: one session cannot be ended alone; a role's sessions are ended by a policy on {@code
 * aws:TokenIssueTime}, or by deleting the role. Thread-safe.
 */
public final class SessionTokens {
    /** The longest token that is looked at, characters. */
    static final int LONGEST_TOKEN = 8_192;

    /** Room for policies and tags in a token, compressed bytes. */
    private static final int PACKED_ROOM = 3_072;

    private static final int MAX_INFLATED = 128 * 1024;
    private static final int BUFFER = 1_024;
    private static final int PERCENT = 100;
    private static final String OWNER = "session ";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SecretBox secrets;
    private final Clock clock;

    public SessionTokens(SecretBox secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
    }

    /** New credentials. Throws {@code PackedPolicyTooLarge} when policies and tags take too much room. */
    public TemporaryCredentials issue(SessionGrant grant) {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var accessKeyId = Identifiers.temporaryKeyId(grant.account().value());
        var claims = new SessionClaims(grant, Identifiers.secret(), now, now.plus(grant.life()));
        var packed = deflate(write(packable(grant)));
        var percent = (packed.length * PERCENT + PACKED_ROOM - 1) / PACKED_ROOM;
        var restricted = !grant.restriction().isEmpty() || !grant.tags().isEmpty();
        if (restricted && percent > PERCENT) {
            throw AwsException.client(
                    "PackedPolicyTooLarge",
                    "Packed policy consumes " + percent + "% of allotted space, please use smaller policy.");
        }
        var token = Base64.getEncoder()
                .encodeToString(secrets.sealBytes(OWNER + accessKeyId, deflate(write(encode(claims)))));
        return new TemporaryCredentials(
                accessKeyId, claims.secret(), token, now, claims.expiresAt(), restricted ? percent : 0);
    }

    /** What a token holds; empty when it was not made here for this access key. Expired ones are read as well. */
    Optional<SessionClaims> open(String accessKeyId, String token) {
        if (token.length() > LONGEST_TOKEN) {
            return Optional.empty();
        }
        try {
            var sealed = Base64.getDecoder().decode(token);
            return Optional.of(decode(JSON.readTree(inflate(secrets.openBytes(OWNER + accessKeyId, sealed)))));
        } catch (IllegalArgumentException | IllegalStateException e) {
            // Not Base64, not sealed by us, or not for this access key.
            return Optional.empty();
        } catch (IOException | DataFormatException e) {
            throw new IllegalStateException("a session token that was sealed here cannot be read", e);
        }
    }

    private static ObjectNode packable(SessionGrant grant) {
        var node = JSON.createObjectNode();
        node.set("p", JSON.valueToTree(grant.restriction().documents()));
        node.set("m", JSON.valueToTree(grant.restriction().policyArns()));
        node.set("t", JSON.valueToTree(grant.tags()));
        return node;
    }

    private static ObjectNode encode(SessionClaims claims) {
        var grant = claims.grant();
        var origin = grant.origin();
        var node = packable(grant);
        node.put("k", grant.kind().name());
        node.put("a", grant.account().value());
        node.put("i", grant.principalId());
        node.put("n", grant.name());
        node.put("s", claims.secret());
        node.put("b", claims.issuedAt().getEpochSecond());
        node.put("e", claims.expiresAt().getEpochSecond());
        node.set("tt", JSON.valueToTree(origin.transitiveTagKeys()));
        node.put("si", origin.sourceIdentity());
        node.put("f", origin.federatedProvider());
        origin.mfaAt().ifPresent(at -> node.put("mfa", at.getEpochSecond()));
        return node;
    }

    private static SessionClaims decode(JsonNode node) {
        var issuedAt = Instant.ofEpochSecond(node.path("b").asLong());
        var expiresAt = Instant.ofEpochSecond(node.path("e").asLong());
        var tags = new LinkedHashMap<String, String>();
        node.path("t")
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        var mfaAt = node.has("mfa")
                ? Optional.of(Instant.ofEpochSecond(node.path("mfa").asLong()))
                : Optional.<Instant>empty();
        var grant = new SessionGrant(
                Kind.valueOf(node.path("k").asText()),
                new AccountId(node.path("a").asText()),
                node.path("i").asText(),
                node.path("n").asText(),
                Duration.between(issuedAt, expiresAt),
                new Session.Restriction(texts(node.path("p")), texts(node.path("m"))),
                tags,
                new Session.Origin(
                        new HashSet<>(texts(node.path("tt"))),
                        node.path("si").asText(),
                        mfaAt,
                        node.path("f").asText()));
        return new SessionClaims(grant, node.path("s").asText(), issuedAt, expiresAt);
    }

    private static List<String> texts(JsonNode array) {
        var texts = new ArrayList<String>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static byte[] write(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("texts and numbers always make JSON", e);
        }
    }

    private static byte[] deflate(byte[] plain) {
        var deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(plain);
            deflater.finish();
            var out = new ByteArrayOutputStream(plain.length);
            var buffer = new byte[BUFFER];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflate(byte[] packed) throws DataFormatException {
        var inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            var out = new ByteArrayOutputStream(packed.length * 2);
            var buffer = new byte[BUFFER];
            while (!inflater.finished()) {
                var count = inflater.inflate(buffer);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new DataFormatException("it ends in the middle");
                }
                out.write(buffer, 0, count);
                if (out.size() > MAX_INFLATED) {
                    throw new DataFormatException("it has more than " + MAX_INFLATED + " bytes");
                }
            }
            return out.toByteArray();
        } finally {
            inflater.end();
        }
    }
}
