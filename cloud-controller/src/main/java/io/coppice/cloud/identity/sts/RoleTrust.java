package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.RequestContext;
import io.coppice.policy.Decision;
import io.coppice.policy.PolicyDocument;
import java.util.List;
import java.util.Map;

/** Asks a role's trust policy, together with all that binds the caller. Thread-safe. */
@FunctionalInterface
public interface RoleTrust {
    /**
     * The decision.
     *
     * @param action for example {@code sts:AssumeRole}
     * @param roleAccount whose role it is
     * @param keys condition keys in lower case, beside those that every request has
     */
    Decision decide(
            RequestContext context,
            String action,
            String roleArn,
            String roleAccount,
            PolicyDocument trustPolicy,
            Map<String, List<String>> keys);
}
