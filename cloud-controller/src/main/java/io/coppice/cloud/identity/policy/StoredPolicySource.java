package io.coppice.cloud.identity.policy;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.Invalidations;
import io.coppice.cloud.identity.PolicySource;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.role.RoleRow;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What binds callers, from the rows: read once per principal, parsed, and kept until something changes. Another replica's
 * change may stay unseen for half a minute, as with keys. Sessions and caps on accounts are added by those who ask it. Thread-safe.
 */
@Singleton
@Typed(StoredPolicySource.class)
public final class StoredPolicySource implements PolicySource {
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final int MOST_KEPT = 10_000;

    private final Database database;
    private final Clock clock;
    private final AtomicLong changes = new AtomicLong();
    private final Map<String, Known> kept = new ConcurrentHashMap<>();

    /** For the container and for tests. */
    public StoredPolicySource(Database database, Invalidations invalidations, Clock clock) {
        this.database = database;
        this.clock = clock;
        invalidations.listen(change -> {
            changes.incrementAndGet();
            // Of who is gone nobody knows the account any more: that may come back to life with any change.
            kept.values()
                    .removeIf(known -> known.account().map(change::concerns).orElse(true));
        });
    }

    @Override
    public PolicySet of(Caller caller) {
        return root(caller) ? PolicySet.UNRESTRICTED : known(caller).set();
    }

    @Override
    public PolicyPrincipal principal(Caller caller) {
        var plain = PolicyPrincipal.of(caller.arn(), caller.userId());
        if (root(caller)) {
            return plain;
        }
        var known = known(caller);
        return new PolicyPrincipal(
                plain.type(),
                plain.account(),
                plain.arn(),
                plain.userId(),
                plain.role().map(guess -> known.arn().isEmpty() ? guess : known.arn()),
                known.tags());
    }

    private static boolean root(Caller caller) {
        return caller.userId().equals(caller.account().value());
    }

    private Known known(Caller caller) {
        var id = principalId(caller);
        var now = clock.instant();
        var found = kept.get(id);
        if (found != null && found.goodUntil().isAfter(now)) {
            return found;
        }
        var changesBefore = changes.get();
        var read = read(id, now);
        if (kept.size() >= MOST_KEPT) {
            kept.clear();
        }
        kept.put(id, read);
        if (changes.get() != changesBefore) {
            // Something changed while this was read: what was read may be the state before.
            kept.remove(id);
        }
        return read;
    }

    private Known read(String id, Instant now) {
        return database.call(entities -> {
            var bound = PrincipalPolicies.of(entities, id);
            var identity = bound.identity().entrySet().stream()
                    .map(entry -> PolicyDocument.parse(entry.getValue(), PolicyDocument.Kind.IDENTITY)
                            .named(entry.getKey()))
                    .toList();
            var boundary = bound.boundary().map(text -> PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY));
            var tags = new HashMap<String, String>();
            EntityTags.of(entities, id).forEach(tag -> tags.put(tag.key(), tag.value()));
            var arn = EntityKind.ROLE.owns(id)
                    ? Optional.ofNullable(entities.find(RoleRow.class, id))
                            .map(RoleRow::arn)
                            .orElse("")
                    : "";
            return new Known(
                    owner(entities, id),
                    new PolicySet(identity, boundary, Optional.empty(), List.of()),
                    tags,
                    arn,
                    now.plus(KEPT));
        });
    }

    private static Optional<AccountId> owner(EntityManager entities, String id) {
        var row = EntityKind.ROLE.owns(id) ? entities.find(RoleRow.class, id) : entities.find(UserRow.class, id);
        return Optional.<EntityRow>ofNullable(row).map(EntityRow::account);
    }

    /** Sessions of a role are bound by what the role is bound by; their ids are the role's and their own name. */
    private static String principalId(Caller caller) {
        var end = caller.userId().indexOf(':');
        return end < 0 ? caller.userId() : caller.userId().substring(0, end);
    }

    /**
     * What is kept of a principal.
     *
     * @param account its own, also where it acts in another
     * @param arn of a role; empty for users
     */
    private record Known(
            Optional<AccountId> account, PolicySet set, Map<String, String> tags, String arn, Instant goodUntil) {
        Known {
            tags = Map.copyOf(tags);
        }
    }
}
