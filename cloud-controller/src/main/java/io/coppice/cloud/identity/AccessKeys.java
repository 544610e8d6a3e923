package io.coppice.cloud.identity;

import io.coppice.cloud.store.Database;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.LegacyKey;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SigningKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the key of a signature. Secrets are kept in memory for a while and forgotten at once when a key of this process
 * changes. Thread-safe.
 */
public final class AccessKeys {
    /** How long another replica's change may stay unseen. */
    static final Duration CACHE_TIME = Duration.ofSeconds(30);

    private static final int MAX_CACHED = 10_000;
    private static final int LONGEST_ID = 32;

    private final Database database;
    private final SecretBox secrets;
    private final Clock clock;
    private final Map<String, Known> cache = new ConcurrentHashMap<>();

    public AccessKeys(Database database, SecretBox secrets, Invalidations invalidations, Clock clock) {
        this.database = database;
        this.secrets = secrets;
        this.clock = clock;
        invalidations.listen(accessKeyId -> accessKeyId.ifPresentOrElse(cache::remove, cache::clear));
    }

    /** The key for one scope and who signs with it; empty when nobody has this access key or it is inactive. */
    public Optional<SigningAccess> find(String accessKeyId, CredentialScope scope) {
        return known(accessKeyId)
                .map(known -> new SigningAccess(
                        SigV4.signingKey(known.secret(), scope.date(), scope.region(), scope.service()),
                        known.principal()));
    }

    /** The key for signatures before version 4; empty as for {@link #find}. */
    public Optional<LegacyAccess> findLegacy(String accessKeyId) {
        return known(accessKeyId).map(known -> new LegacyAccess(LegacyKey.of(known.secret()), known.principal()));
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
        var read = database.call(entities -> Optional.ofNullable(entities.find(AccessKeyRow.class, accessKeyId))
                .filter(AccessKeyRow::active)
                .map(row -> new Known(
                        secrets.open(row.id(), row.sealedSecret()), Principal.of(row.user()), now.plus(CACHE_TIME))));
        read.ifPresentOrElse(known -> remember(accessKeyId, known), () -> cache.remove(accessKeyId));
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

    /** What a signature before version 4 is checked with. */
    public record LegacyAccess(LegacyKey key, Principal principal) {}

    private record Known(String secret, Principal principal, Instant goodUntil) {
        @Override
        public String toString() {
            return "Known[" + principal + "]";
        }
    }
}
