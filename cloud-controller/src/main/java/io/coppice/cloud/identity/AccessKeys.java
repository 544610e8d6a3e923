package io.coppice.cloud.identity;

import io.coppice.cloud.identity.session.KeyLookup;
import io.coppice.cloud.identity.session.LegacyLookup;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.identity.session.Sessions;
import io.coppice.cloud.store.Database;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.LegacyKey;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SignatureFault;
import io.coppice.wire.sign.SigningKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds the key of a signature. Secrets are kept in memory for a while and forgotten at once when a key of this process
 * changes. Thread-safe.
 */
public final class AccessKeys {
    /** How long another replica's change may stay unseen. */
    static final Duration CACHE_TIME = Duration.ofSeconds(30);

    private static final int MAX_CACHED = 10_000;
    private static final int LONGEST_ID = 32;
    private static final String TEMPORARY = "ASIA";

    private final Database database;
    private final SecretBox secrets;
    private final KeyUses uses;
    private final Sessions sessions;
    private final Clock clock;
    private final AtomicLong changes = new AtomicLong();
    private final Map<String, Known> cache = new ConcurrentHashMap<>();

    public AccessKeys(Database database, SecretBox secrets, Invalidations invalidations, KeyUses uses, Clock clock) {
        this.database = database;
        this.secrets = secrets;
        this.uses = uses;
        this.clock = clock;
        this.sessions = new Sessions(database, new SessionTokens(secrets, clock), invalidations, clock);
        invalidations.listen(change -> {
            changes.incrementAndGet();
            cache.entrySet()
                    .removeIf(kept -> change.concerns(
                            kept.getKey(), kept.getValue().principal().account()));
        });
    }

    /** Notes that a request with a good signature came. Costs no write to the database. */
    public void used(String accessKeyId, CredentialScope scope) {
        if (!temporary(accessKeyId)) {
            uses.note(accessKeyId, new KeyUse(clock.instant(), scope.service(), scope.region()));
        }
    }

    /**
     * The key for one scope and who signs with it, long-term or temporary.
     *
     * @param sessionToken as the request brought it
     */
    public KeyLookup lookup(String accessKeyId, CredentialScope scope, Optional<String> sessionToken) {
        if (accessKeyId.length() > LONGEST_ID) {
            return KeyLookup.Refused.UNKNOWN_KEY;
        }
        if (temporary(accessKeyId)) {
            return sessionToken
                    .map(token -> sessions.find(accessKeyId, token, scope))
                    .orElse(KeyLookup.Refused.UNKNOWN_KEY);
        }
        var found = find(accessKeyId, scope);
        if (found.isEmpty()) {
            return KeyLookup.Refused.UNKNOWN_KEY;
        }
        return sessionToken.isPresent()
                ? KeyLookup.Refused.INVALID_TOKEN
                : new KeyLookup.Found(found.get().key(), found.get().principal(), Optional.empty());
    }

    private static boolean temporary(String accessKeyId) {
        return accessKeyId.startsWith(TEMPORARY);
    }

    /** The long-term key for one scope and who signs with it; empty when nobody has this access key or it is inactive. */
    public Optional<SigningAccess> find(String accessKeyId, CredentialScope scope) {
        return known(accessKeyId)
                .map(known -> new SigningAccess(
                        SigV4.signingKey(known.secret(), scope.date(), scope.region(), scope.service()),
                        known.principal()));
    }

    /**
     * The key for signatures before version 4, long-term or temporary.
     *
     * @param sessionToken as the request brought it
     */
    public LegacyLookup findLegacy(String accessKeyId, Optional<String> sessionToken) {
        var unknown = new LegacyLookup.Refused(SignatureFault.UNKNOWN_KEY);
        if (accessKeyId.length() > LONGEST_ID) {
            return unknown;
        }
        if (temporary(accessKeyId)) {
            return sessionToken
                    .map(token -> sessions.findLegacy(accessKeyId, token))
                    .orElse(unknown);
        }
        var found = known(accessKeyId);
        if (found.isEmpty()) {
            return unknown;
        }
        return sessionToken.isPresent()
                ? new LegacyLookup.Refused(SignatureFault.INVALID_TOKEN)
                : new LegacyLookup.Found(
                        LegacyKey.of(found.get().secret()), found.get().principal());
    }

    /** The account of a canonical id. */
    public Optional<AccountRow> account(String canonicalId) {
        return database.read(entities -> entities.createQuery("from Account where canonicalId = :id", AccountRow.class)
                .setParameter("id", canonicalId)
                .getResultStream()
                .findFirst());
    }

    private Optional<Known> known(String accessKeyId) {
        if (accessKeyId.length() > LONGEST_ID) {
            return Optional.empty();
        }
        var now = clock.instant();
        var cached = cache.get(accessKeyId);
        if (cached != null && cached.goodUntil().isAfter(now)) {
            return Optional.of(cached);
        }
        var changesBefore = changes.get();
        var read = database.call(entities -> Optional.ofNullable(entities.find(AccessKeyRow.class, accessKeyId))
                .filter(AccessKeyRow::active)
                .map(row ->
                        new Known(secrets.open(row.id(), row.sealedSecret()), row.principal(), now.plus(CACHE_TIME))));
        read.ifPresentOrElse(known -> remember(accessKeyId, known), () -> cache.remove(accessKeyId));
        if (changes.get() != changesBefore) {
            // Something changed while this was read: what was read may be the state before.
            cache.remove(accessKeyId);
        }
        return read;
    }

    private void remember(String accessKeyId, Known known) {
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(accessKeyId, known);
    }

    /**
     * What a signature is checked with.
     *
     * @param key good for the scope that was asked for
     */
    public record SigningAccess(SigningKey key, Principal principal) {}

    private record Known(String secret, Principal principal, Instant goodUntil) {
        @Override
        public String toString() {
            return "Known[" + principal + "]";
        }
    }
}
