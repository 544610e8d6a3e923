package io.coppice.cloud.identity.session;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.Invalidations;
import io.coppice.cloud.identity.PolicySource;
import io.coppice.cloud.identity.policy.ManagedPolicies;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What binds those who come with temporary credentials: what binds the role or user behind them, and the policies that were
 * passed when the session was made. Everybody else is bound as the source beneath says. Thread-safe.
 */
public final class SessionPolicies implements PolicySource {
    private static final Duration CACHE_TIME = Duration.ofSeconds(30);
    private static final int MAX_CACHED = 4_096;

    /** What GetSessionToken's credentials may do without MFA (STS API Reference, "GetSessionToken"). */
    private static final PolicyDocument WITHOUT_MFA = PolicyDocument.parse("""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"},
              {"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}""", PolicyDocument.Kind.IDENTITY);

    /** What GetFederationToken's credentials never may (STS API Reference, "GetFederationToken"). */
    private static final PolicyDocument NOT_FEDERATED = PolicyDocument.parse("""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Deny","Action":["iam:*","sts:*"],"Resource":"*"}]}""", PolicyDocument.Kind.IDENTITY);

    private final PolicySource principals;
    private final Database database;
    private final Clock clock;
    private final Map<Session, Kept> cache = new ConcurrentHashMap<>();

    /** @param principals what binds users, roles (by their unique id) and roots */
    public SessionPolicies(PolicySource principals, Database database, Invalidations invalidations, Clock clock) {
        this.principals = principals;
        this.database = database;
        this.clock = clock;
        invalidations.listen(change -> cache.values().removeIf(kept -> change.concerns(kept.account())));
    }

    @Override
    public PolicySet of(Caller caller) {
        return caller.session().map(session -> of(caller, session)).orElseGet(() -> principals.of(caller));
    }

    @Override
    public PolicyPrincipal principal(Caller caller) {
        return caller.session()
                .map(session -> principal(caller, session))
                .orElseGet(() -> principals.principal(caller));
    }

    @Override
    public Map<String, List<String>> credentialKeys(Caller caller) {
        return caller.session().map(this::keys).orElseGet(() -> principals.credentialKeys(caller));
    }

    /** The role or user itself, without the session. */
    private static Caller holder(Caller caller, Session session) {
        return new Caller(
                caller.account(), session.principalArn(), session.principalId(), caller.accessKeyId(), caller.system());
    }

    private PolicySet of(Caller caller, Session session) {
        var base = principals.of(holder(caller, session));
        return restriction(caller.account(), session)
                .map(documents ->
                        new PolicySet(base.identity(), base.boundary(), Optional.of(documents), base.account()))
                .orElse(base);
    }

    /** Empty when the session may do all that its principal may. */
    private Optional<List<PolicyDocument>> restriction(AccountId account, Session session) {
        return switch (session.kind()) {
            case USER -> session.origin().mfaAt().isPresent() ? Optional.empty() : Optional.of(List.of(WITHOUT_MFA));
            case ROLE -> session.restriction().isEmpty() ? Optional.empty() : Optional.of(documents(account, session));
            case FEDERATED -> Optional.of(documents(account, session));
        };
    }

    private List<PolicyDocument> documents(AccountId account, Session session) {
        var now = clock.instant();
        var kept = cache.get(session);
        if (kept != null && kept.goodUntil().isAfter(now)) {
            return kept.documents();
        }
        var documents = new ArrayList<PolicyDocument>();
        if (session.kind() == Session.Kind.FEDERATED) {
            documents.add(NOT_FEDERATED);
        }
        session.restriction()
                .documents()
                .forEach(text -> documents.add(PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY)));
        var arns = session.restriction().policyArns();
        if (!arns.isEmpty()) {
            database.call(entities -> ManagedPolicies.documents(entities, arns))
                    .forEach((arn, text) -> documents.add(PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY)
                            .named(arn)));
        }
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(session, new Kept(account, List.copyOf(documents), now.plus(CACHE_TIME)));
        return documents;
    }

    private PolicyPrincipal principal(Caller caller, Session session) {
        var holder = principals.principal(caller);
        if (session.kind() == Session.Kind.USER) {
            return holder;
        }
        var tags = new HashMap<>(holder.tags());
        // Keys of tags are the same whatever their case.
        session.tags().forEach((key, value) -> {
            tags.keySet().removeIf(key::equalsIgnoreCase);
            tags.put(key, value);
        });
        var role = session.kind() == Session.Kind.ROLE;
        return new PolicyPrincipal(
                role ? PolicyPrincipal.Type.ASSUMED_ROLE : PolicyPrincipal.Type.FEDERATED_USER,
                caller.account().value(),
                caller.arn(),
                caller.userId(),
                role ? Optional.of(session.principalArn()) : Optional.empty(),
                tags);
    }

    private Map<String, List<String>> keys(Session session) {
        var keys = new HashMap<String, List<String>>();
        keys.put("aws:tokenissuetime", List.of(session.issuedAt().toString()));
        var origin = session.origin();
        keys.put(
                "aws:multifactorauthpresent",
                List.of(Boolean.toString(origin.mfaAt().isPresent())));
        origin.mfaAt()
                .ifPresent(at -> keys.put(
                        "aws:multifactorauthage",
                        List.of(Long.toString(
                                Duration.between(at, clock.instant()).toSeconds()))));
        if (!origin.sourceIdentity().isEmpty()) {
            keys.put("aws:sourceidentity", List.of(origin.sourceIdentity()));
        }
        if (!origin.federatedProvider().isEmpty()) {
            keys.put("aws:federatedprovider", List.of(origin.federatedProvider()));
        }
        return keys;
    }

    private record Kept(AccountId account, List<PolicyDocument> documents, Instant goodUntil) {}
}
