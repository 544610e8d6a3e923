package io.coppice.cloud.access;

import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.action.RequestOrigin;
import io.coppice.cloud.identity.AuthorizationMessages;
import io.coppice.cloud.identity.PolicySource;
import io.coppice.cloud.tag.Tags;
import io.coppice.policy.AccessRequest;
import io.coppice.policy.Decision;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyEvaluator;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one place that says whether a caller may do something in EC2, IAM and STS. The root of an account that the operator has
 * not capped passes without a look at the request. Thread-safe; reads the database only for keys that a policy asks for.
 */
public final class Authorizer {
    private final PolicySource policies;
    private final ActionRules rules;
    private final KnownResources known;
    private final ResourceNames names;
    private final Refusals refusals;
    private final String region;
    private final Clock clock;
    private final QuotaKeys quotas;

    /** @param facts what the features tell of their resources */
    public Authorizer(
            PolicySource policies,
            List<ResourceFacts> facts,
            Tags tags,
            AuthorizationMessages messages,
            String region,
            Clock clock) {
        this.policies = policies;
        this.rules = ActionRules.load();
        this.known = new KnownResources(facts, tags);
        this.names = new ResourceNames(region);
        this.refusals = new Refusals(messages);
        this.region = region;
        this.clock = clock;
        this.quotas = call -> Map.of();
    }

    private Authorizer(Authorizer other, QuotaKeys quotas) {
        this.policies = other.policies;
        this.rules = other.rules;
        this.known = other.known;
        this.names = other.names;
        this.refusals = other.refusals;
        this.region = other.region;
        this.clock = other.clock;
        this.quotas = quotas;
    }

    /** The same for policies that speak of quotas. */
    public Authorizer withQuotas(QuotaKeys keys) {
        return new Authorizer(this, keys);
    }

    /**
     * Returns when the caller may do all that the request asks for. Throws {@code UnauthorizedOperation} (EC2) or {@code
     * AccessDenied} (IAM, STS), both 403.
     */
    public void authorize(AccessCall call) {
        var set = policies.of(call.caller());
        if (set.allowsEverything()) {
            return;
        }
        var rule = rules.of(call.service(), call.action());
        if (rule.open()) {
            return;
        }
        var asker = new Asker(call.caller(), set, call.origin());
        if (QuotaKeys.PREFIXES.stream().anyMatch(set::mentions)) {
            asker.common.putAll(quotas.of(call));
        }
        for (var question : new Questions(call, rule, set, names, known).all()) {
            asker.ask(question).ifPresent(refused -> {
                throw call.service() == Service.EC2
                        ? refusals.ec2(call.caller().account(), refused.request(), refused.decision())
                        : Refusals.plain(refused.request(), refused.decision());
            });
        }
    }

    /**
     * Returns when the caller may do one thing that no request of its own is about, for example {@code iam:PassRole} on a
     * role. Throws {@code AccessDenied}.
     *
     * @param keys further condition keys, for example {@code iam:PassedToService}
     */
    public void require(RequestContext context, String action, String resource, Map<String, List<String>> keys) {
        require(context.caller(), context.origin(), new AccessQuestion(action, resource, keys));
    }

    /** As {@link #require(RequestContext, String, String, Map)}, outside of an action. */
    public void require(Caller caller, RequestOrigin origin, String action, String resource) {
        require(caller, origin, new AccessQuestion(action, resource, Map.of()));
    }

    private void require(Caller caller, RequestOrigin origin, AccessQuestion question) {
        var set = policies.of(caller);
        if (!set.allowsEverything()) {
            new Asker(caller, set, origin).ask(question).ifPresent(refused -> {
                throw Refusals.plain(refused.request(), refused.decision());
            });
        }
    }

    /**
     * What a caller's policies and the policy of a resource together say, for resources that carry one: a role with its trust
     * policy.
     *
     * @param resourceAccount whose resource it is
     */
    public Decision decide(
            RequestContext context,
            String action,
            String resource,
            String resourceAccount,
            PolicyDocument resourcePolicy,
            Map<String, List<String>> keys) {
        var caller = context.caller();
        var asker = new Asker(caller, policies.of(caller), context.origin());
        var request = new AccessRequest(
                asker.principal, action, resource, Optional.of(resourceAccount), asker.with(action, keys));
        return PolicyEvaluator.decide(request, asker.set, Optional.of(resourcePolicy));
    }

    private record Refused(AccessRequest request, Decision decision) {}

    /** Asks several questions about one request; what they have in common is made once. */
    private final class Asker {
        private final PolicyPrincipal principal;
        private final PolicySet set;
        private final Map<String, List<String>> common;

        Asker(Caller caller, PolicySet set, RequestOrigin origin) {
            this.principal = policies.principal(caller);
            this.set = set;
            this.common = common(caller, origin);
        }

        Optional<Refused> ask(AccessQuestion question) {
            var keys = with(question.action(), question.keys());
            var request = new AccessRequest(principal, question.action(), question.resource(), keys);
            var decision = PolicyEvaluator.decide(request, set, Optional.empty());
            return decision.allowed() ? Optional.empty() : Optional.of(new Refused(request, decision));
        }

        Map<String, List<String>> with(String action, Map<String, List<String>> keys) {
            var all = new HashMap<>(common);
            if (action.startsWith("ec2:")) {
                all.put("ec2:region", List.of(region));
            }
            all.putAll(keys);
            return all;
        }

        /** The global keys of a request (IAM User Guide, "AWS global condition context keys"). */
        private Map<String, List<String>> common(Caller caller, RequestOrigin origin) {
            var now = clock.instant();
            var keys = new HashMap<>(policies.credentialKeys(caller));
            keys.put("aws:currenttime", List.of(now.toString()));
            keys.put("aws:epochtime", List.of(Long.toString(now.getEpochSecond())));
            keys.put("aws:securetransport", List.of(Boolean.toString(origin.secure())));
            keys.put("aws:requestedregion", List.of(region));
            keys.put("aws:resourceaccount", List.of(caller.account().value()));
            keys.put("aws:viaawsservice", List.of("false"));
            putFilled(keys, "aws:sourceip", origin.sourceAddress());
            putFilled(keys, "aws:useragent", origin.userAgent());
            putFilled(keys, "aws:referer", origin.referer());
            return keys;
        }

        private static void putFilled(Map<String, List<String>> keys, String key, String value) {
            if (!value.isEmpty()) {
                keys.put(key, List.of(value));
            }
        }
    }
}
