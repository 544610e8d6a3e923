package io.coppice.cloud.identity;

import io.coppice.cloud.action.Caller;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import java.util.List;
import java.util.Map;

/**
 * What binds a caller. Asked for every request, so answers are kept in memory, read and made ready, until {@link
 * Invalidations} tells of a change. Thread-safe.
 */
@FunctionalInterface
public interface PolicySource {
    /** The documents that bind the caller; {@link PolicySet#root} for the root of an account. */
    PolicySet of(Caller caller);

    /**
     * The caller as policies name it. Sources that know roles and tags tell the role's ARN with its path and the tags of
     * principal and session.
     */
    default PolicyPrincipal principal(Caller caller) {
        return PolicyPrincipal.of(caller.arn(), caller.userId());
    }

    /**
     * Condition keys that follow from how the caller came by the credentials, for example {@code
     * aws:MultiFactorAuthPresent} and {@code aws:TokenIssueTime}.
     */
    default Map<String, List<String>> credentialKeys(Caller caller) {
        return Map.of();
    }
}
