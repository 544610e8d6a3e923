package io.coppice.cloud.identity.administration;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.Invalidations;
import io.coppice.cloud.identity.PolicySource;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Adds to what binds a caller the policies that the operator put on the account. What was read is kept until something
 * changes; another replica's change may stay unseen for half a minute. Thread-safe.
 */
public final class AccountCaps implements PolicySource {
    private static final Duration KEPT = Duration.ofSeconds(30);

    private final PolicySource callers;
    private final Database database;
    private final Clock clock;
    private final AtomicLong changes = new AtomicLong();
    private final Map<AccountId, Cap> caps = new ConcurrentHashMap<>();

    /** @param callers what binds callers apart from their account */
    public AccountCaps(PolicySource callers, Database database, Invalidations invalidations, Clock clock) {
        this.callers = callers;
        this.database = database;
        this.clock = clock;
        invalidations.listen(change -> {
            changes.incrementAndGet();
            caps.keySet().removeIf(change::concerns);
        });
    }

    @Override
    public PolicySet of(Caller caller) {
        var set = callers.of(caller);
        var cap = cap(caller.account());
        if (cap.documents().isEmpty() || caller.system()) {
            // The operator cannot lock himself out.
            return set;
        }
        return new PolicySet(set.identity(), set.boundary(), set.session(), cap.documents());
    }

    @Override
    public PolicyPrincipal principal(Caller caller) {
        return callers.principal(caller);
    }

    @Override
    public Map<String, List<String>> credentialKeys(Caller caller) {
        return callers.credentialKeys(caller);
    }

    private Cap cap(AccountId account) {
        var now = clock.instant();
        var kept = caps.get(account);
        if (kept != null && kept.goodUntil().isAfter(now)) {
            return kept;
        }
        var changesBefore = changes.get();
        var documents = new ArrayList<PolicyDocument>();
        database.call(entities -> AccountPolicies.of(entities, account.value()))
                .forEach((name, text) -> documents.add(
                        PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY).named(name)));
        var cap = new Cap(documents, now.plus(KEPT));
        caps.put(account, cap);
        if (changes.get() != changesBefore) {
            // Something changed while this was read: what was read may be the state before.
            caps.remove(account);
        }
        return cap;
    }

    private record Cap(List<PolicyDocument> documents, Instant goodUntil) {
        Cap {
            documents = List.copyOf(documents);
        }
    }
}
