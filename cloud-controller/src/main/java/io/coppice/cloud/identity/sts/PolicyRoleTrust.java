package io.coppice.cloud.identity.sts;

import io.coppice.cloud.front.RequestContext;
import io.coppice.cloud.identity.PolicySource;
import io.coppice.policy.AccessRequest;
import io.coppice.policy.Decision;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyEvaluator;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policies of the caller and the trust policy of the role, by the policy engine. Thread-safe. */
public final class PolicyRoleTrust implements RoleTrust {
    private final PolicySource policies;
    private final Clock clock;

    public PolicyRoleTrust(PolicySource policies, Clock clock) {
        this.policies = policies;
        this.clock = clock;
    }

    @Override
    public Decision decide(
            RequestContext context,
            String action,
            String roleArn,
            String roleAccount,
            PolicyDocument trustPolicy,
            Map<String, List<String>> keys) {
        var caller = context.caller();
        var all = new HashMap<>(policies.credentialKeys(caller));
        all.put("aws:currenttime", List.of(clock.instant().toString()));
        all.putAll(keys);
        var request = new AccessRequest(policies.principal(caller), action, roleArn, Optional.of(roleAccount), all);
        return PolicyEvaluator.decide(request, policies.of(caller), Optional.of(trustPolicy));
    }
}
