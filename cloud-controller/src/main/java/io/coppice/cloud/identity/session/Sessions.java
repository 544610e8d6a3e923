package io.coppice.cloud.identity.session;

import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.AccountRow;
import io.coppice.cloud.identity.Invalidations;
import io.coppice.cloud.identity.Principal;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.role.RoleRow;
import io.coppice.cloud.store.Database;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.LegacyKey;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SignatureFault;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds out whose a session token is. What was read is kept for a while and forgotten when anybody's rights change, so that
 * the sessions of a role or user that is deleted end. Thread-safe.
 */
public final class Sessions {
    /** How long another replica's deletion of the role or user may stay unseen. */
    static final Duration CACHE_TIME = Duration.ofSeconds(30);

    private static final int MAX_CACHED = 4_096;

    private final Database database;
    private final SessionTokens tokens;
    private final Clock clock;
    private final AtomicLong changes = new AtomicLong();
    private final Map<String, Known> cache = new ConcurrentHashMap<>();

    public Sessions(Database database, SessionTokens tokens, Invalidations invalidations, Clock clock) {
        this.database = database;
        this.tokens = tokens;
        this.clock = clock;
        invalidations.listen(change -> {
            changes.incrementAndGet();
            cache.entrySet()
                    .removeIf(kept -> change.concerns(
                            kept.getKey(), kept.getValue().principal().account()));
        });
    }

    /** The key that a signature by these temporary credentials must have been made with. */
    public KeyLookup find(String accessKeyId, String token, CredentialScope scope) {
        var now = clock.instant();
        return known(accessKeyId, token, now)
                .map(known -> known.lookup(scope, now))
                .orElse(KeyLookup.Refused.INVALID_TOKEN);
    }

    /** The same for signatures before version 4. */
    public LegacyLookup findLegacy(String accessKeyId, String token) {
        var now = clock.instant();
        return known(accessKeyId, token, now)
                .map(known -> known.legacyLookup(now))
                .orElse(new LegacyLookup.Refused(SignatureFault.INVALID_TOKEN));
    }

    /** Empty when the token is not of this access key, or who it was for is gone. */
    private Optional<Known> known(String accessKeyId, String token, Instant now) {
        var cached = cache.get(accessKeyId);
        if (cached != null && cached.goodUntil().isAfter(now) && same(cached.token(), token)) {
            return Optional.of(cached);
        }
        var claims = tokens.open(accessKeyId, token);
        if (claims.isEmpty()) {
            return Optional.empty();
        }
        var changesBefore = changes.get();
        var principal = database.call(entities -> principal(entities, claims.get()));
        if (principal.isEmpty()) {
            return Optional.empty();
        }
        var known = new Known(token, claims.get(), principal.get(), now.plus(CACHE_TIME));
        remember(accessKeyId, known);
        if (changes.get() != changesBefore) {
            // Something changed while this was read: what was read may be the state before.
            cache.remove(accessKeyId);
        }
        return Optional.of(known);
    }

    /** Empty when the role, user or account is gone. */
    private static Optional<Principal> principal(EntityManager entities, SessionClaims claims) {
        var grant = claims.grant();
        var account = Optional.ofNullable(
                entities.find(AccountRow.class, grant.account().value()));
        return account.flatMap(owner -> switch (grant.kind()) {
            case ROLE -> role(entities, owner, claims);
            case USER -> holder(entities, owner, claims);
            case FEDERATED -> holder(entities, owner, claims).map(user -> federated(owner, user, claims));
        });
    }

    private static Optional<Principal> role(EntityManager entities, AccountRow owner, SessionClaims claims) {
        var grant = claims.grant();
        return Optional.ofNullable(entities.find(RoleRow.class, grant.principalId()))
                .map(role -> {
                    var arn = "arn:aws:sts::" + owner.id() + ":assumed-role/" + role.name() + "/" + grant.name();
                    return Principal.of(owner, arn, role.id() + ":" + grant.name(), grant.name())
                            .within(session(claims, role.arn()));
                });
    }

    /** The user, or the account's root, that asked for the session. */
    private static Optional<Principal> holder(EntityManager entities, AccountRow owner, SessionClaims claims) {
        var id = claims.grant().principalId();
        if (id.equals(owner.id())) {
            var root = Principal.root(owner);
            return Optional.of(root.within(session(claims, root.arn())));
        }
        return Optional.ofNullable(entities.find(UserRow.class, id))
                .map(user -> Principal.of(user).within(session(claims, user.arn())));
    }

    private static Principal federated(AccountRow owner, Principal user, SessionClaims claims) {
        var name = claims.grant().name();
        return Principal.of(
                        owner, "arn:aws:sts::" + owner.id() + ":federated-user/" + name, owner.id() + ":" + name, name)
                .within(session(claims, user.arn()));
    }

    private static Session session(SessionClaims claims, String principalArn) {
        var grant = claims.grant();
        return new Session(
                grant.kind(),
                grant.principalId(),
                principalArn,
                grant.name(),
                claims.issuedAt(),
                claims.expiresAt(),
                grant.restriction(),
                grant.tags(),
                grant.origin());
    }

    private void remember(String accessKeyId, Known known) {
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(accessKeyId, known);
    }

    /** Takes the same time wherever the texts differ. */
    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private record Known(String token, SessionClaims claims, Principal principal, Instant goodUntil) {
        KeyLookup lookup(CredentialScope scope, Instant now) {
            if (!claims.expiresAt().isAfter(now)) {
                return KeyLookup.Refused.EXPIRED_TOKEN;
            }
            var key = SigV4.signingKey(claims.secret(), scope.date(), scope.region(), scope.service());
            return new KeyLookup.Found(key, principal, Optional.of(claims.expiresAt()));
        }

        LegacyLookup legacyLookup(Instant now) {
            return claims.expiresAt().isAfter(now)
                    ? new LegacyLookup.Found(LegacyKey.of(claims.secret()), principal)
                    : new LegacyLookup.Refused(SignatureFault.EXPIRED_TOKEN);
        }

        @Override
        public String toString() {
            return "Known[" + principal + "]";
        }
    }
}
