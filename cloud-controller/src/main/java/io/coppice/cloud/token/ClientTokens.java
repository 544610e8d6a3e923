package io.coppice.cloud.token;

import io.coppice.cloud.action.RequestContext;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.query.RequestWriter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Makes creating actions idempotent (API reference, "Ensuring idempotency"): a token that an account has used with the same
 * action and parameters gives the same resource, with others {@code IdempotentParameterMismatch}. Tokens are good for a
 * day. Thread-safe.
 */
@ApplicationScoped
public class ClientTokens {
    private static final int LONGEST = 128;
    private static final Duration LIFE = Duration.ofDays(1);
    private static final int FORGOTTEN_AT_ONCE = 100;

    private final Clock clock;

    /** For the container and for tests. */
    public ClientTokens(Clock clock) {
        this.clock = clock;
    }

    /**
     * Makes the resource, or finds what an earlier request with this token made. Belongs in the transaction that makes the
     * resource; the same token at the same time waits for the first request to end.
     *
     * @param token the request's client token; null or empty for none
     * @param request everything of the request that counts, without the token
     * @param make makes the resource and gives its id
     */
    public Made once(
            EntityManager entities,
            RequestContext context,
            @Nullable String token,
            SdkPojo request,
            Supplier<String> make) {
        if (token == null || token.isEmpty()) {
            return new Made(make.get(), true);
        }
        if (token.length() > LONGEST) {
            throw AwsException.client(
                    "InvalidParameterValue",
                    "Value (" + token + ") for parameter clientToken is invalid. Expecting at most " + LONGEST
                            + " characters.");
        }
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:name, 0))) l")
                .setParameter("name", "token " + context.action() + " " + context.account() + " " + token)
                .getSingleResult();
        var fingerprint = fingerprint(request);
        var earlier = earlier(entities, context, token, fingerprint);
        if (earlier.isPresent()) {
            return new Made(earlier.get(), false);
        }
        var id = make.get();
        remember(entities, context, token, fingerprint, id);
        return new Made(id, true);
    }

    private Optional<String> earlier(EntityManager entities, RequestContext context, String token, String fingerprint) {
        var found = entities.createNativeQuery(
                        "select fingerprint, resource_id from {h-schema}client_tokens where account_id = :account"
                                + " and action = :action and token = :token and at > :after",
                        Object[].class)
                .setParameter("account", context.account().value())
                .setParameter("action", context.action())
                .setParameter("token", token)
                .setParameter("after", clock.instant().minus(LIFE).atOffset(ZoneOffset.UTC))
                .getResultList();
        for (var row : found) {
            var columns = (Object[]) row;
            if (!columns[0].equals(fingerprint)) {
                throw AwsException.client(
                        "IdempotentParameterMismatch",
                        "The client token " + token
                                + " was used with other parameters: use a new token for a new request");
            }
            return Optional.of((String) columns[1]);
        }
        return Optional.empty();
    }

    private void remember(
            EntityManager entities, RequestContext context, String token, String fingerprint, String resourceId) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        // Every use forgets a few that are too old, so that nothing else has to.
        entities.createNativeQuery("delete from {h-schema}client_tokens where (account_id, action, token) in"
                        + " (select account_id, action, token from {h-schema}client_tokens where at <= :before"
                        + " order by at limit :most for update skip locked)")
                .setParameter("before", now.minus(LIFE))
                .setParameter("most", FORGOTTEN_AT_ONCE)
                .executeUpdate();
        entities.createNativeQuery("insert into {h-schema}client_tokens"
                        + " (account_id, action, token, fingerprint, resource_id, at)"
                        + " values (:account, :action, :token, :fingerprint, :resource, :at)"
                        + " on conflict (account_id, action, token) do update set fingerprint = excluded.fingerprint,"
                        + " resource_id = excluded.resource_id, at = excluded.at")
                .setParameter("account", context.account().value())
                .setParameter("action", context.action())
                .setParameter("token", token)
                .setParameter("fingerprint", fingerprint)
                .setParameter("resource", resourceId)
                .setParameter("at", now)
                .executeUpdate();
    }

    private static String fingerprint(SdkPojo request) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of()
                    .formatHex(digest.digest(RequestWriter.write(request).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    /**
     * What a request made.
     *
     * @param fresh false when an earlier request made it
     */
    public record Made(String resourceId, boolean fresh) {}
}
