package io.coppice.cloud.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.rpc.Address;
import io.coppice.wire.sign.SigV4;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Tokens by which hosts join: made for one zone, good for a while and for so many hosts. Thread-safe. */
public final class JoinTokens {
    /** What every token begins with. */
    public static final String PREFIX = "coppice1.";
    /** Hosts that may join with one token when nothing else is said. */
    public static final int DEFAULT_USES = 100;

    private static final int MAX_USES = 10_000;
    private static final Duration MAX_LIFE = Duration.ofDays(30);
    private static final int SECRET_BYTES = 32;
    private static final int LONGEST_TOKEN = 4096;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final Function<String, Optional<Address>> clusters;
    private final Supplier<String> authorityFingerprint;
    private final Clock clock;

    /**
     * @param clusters where the hosts of a zone find their Cluster Controller; empty for a zone that is none
     * @param authorityFingerprint by which they know that it is the right one; asked for when a token is made
     */
    public JoinTokens(
            Database database,
            Function<String, Optional<Address>> clusters,
            Supplier<String> authorityFingerprint,
            Clock clock) {
        this.database = database;
        this.clusters = clusters;
        this.authorityFingerprint = authorityFingerprint;
        this.clock = clock;
    }

    /** A new token for {@link #DEFAULT_USES} hosts. */
    public String create(String zone, Duration life) {
        return create(zone, life, DEFAULT_USES);
    }

    /**
     * A new token in the form that people copy: {@code coppice1.} and base64url of a JSON object with {@code cluster},
     * {@code authority} and {@code secret}.
     *
     * @param life more than nothing, up to 30 days
     * @param uses how many hosts may join with it, 1 to 10,000
     */
    public String create(String zone, Duration life, int uses) {
        if (life.isNegative() || life.isZero() || life.compareTo(MAX_LIFE) > 0 || uses < 1 || uses > MAX_USES) {
            throw new IllegalArgumentException("a join token lives up to 30 days and serves 1 to " + MAX_USES
                    + " hosts, not " + life + " and " + uses);
        }
        var cluster = clusters.apply(zone)
                .orElseThrow(() -> new IllegalArgumentException("the zone " + zone + " is none of this cloud"));
        var bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        var secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var now = clock.instant();
        database.run(entities -> {
            entities.createQuery("delete from JoinToken t where t.expiresAt < :now")
                    .setParameter("now", now)
                    .executeUpdate();
            entities.persist(new JoinTokenRow(hash(secret), zone, now.plus(life), uses, now));
        });
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(json(cluster, secret));
    }

    /**
     * Takes one use off a token. False when it is unknown, for another zone, expired or used up: one answer for all, which
     * helps nobody to guess.
     *
     * @param token the whole token or the secret in it
     */
    boolean redeem(String token, String zone) {
        if (token.length() > LONGEST_TOKEN) {
            return false;
        }
        var hash = hash(secretOf(token));
        return database.call(entities -> entities.createQuery(
                                "update JoinToken t set t.usesLeft = t.usesLeft - 1 where t.secretSha256 = :hash"
                                        + " and t.zone = :zone and t.usesLeft > 0 and t.expiresAt > :now")
                        .setParameter("hash", hash)
                        .setParameter("zone", zone)
                        .setParameter("now", clock.instant())
                        .executeUpdate())
                == 1;
    }

    private byte[] json(Address cluster, String secret) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("cluster", cluster.toString());
        fields.put("authority", authorityFingerprint.get());
        fields.put("secret", secret);
        try {
            return JSON.writeValueAsBytes(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("three texts always make JSON", e);
        }
    }

    private static String secretOf(String token) {
        if (!token.startsWith(PREFIX)) {
            return token;
        }
        try {
            var fields = JSON.readTree(Base64.getUrlDecoder().decode(token.substring(PREFIX.length())));
            return fields == null ? "" : fields.path("secret").asText("");
        } catch (IOException | IllegalArgumentException e) {
            // Not a token at all: its hash is nobody's.
            return "";
        }
    }

    private static String hash(String secret) {
        return SigV4.sha256Hex(secret.getBytes(StandardCharsets.UTF_8));
    }
}
