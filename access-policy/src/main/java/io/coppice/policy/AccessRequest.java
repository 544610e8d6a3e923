package io.coppice.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The question that policies answer: may this principal do this to that, now? Immutable.
 *
 * @param action for example {@code ec2:RunInstances}
 * @param resource an ARN, or {@code *} where the action knows no single resource
 * @param resourceAccount whose resource it is; empty: of the principal's account, or of nobody's in particular
 * @param context what conditions may ask for: key (in any case of letters) to values; what follows from the principal need
 *     not be there
 */
public record AccessRequest(
        PolicyPrincipal principal,
        String action,
        String resource,
        Optional<String> resourceAccount,
        Map<String, List<String>> context) {
    public AccessRequest {
        var normal = HashMap.<String, List<String>>newHashMap(context.size());
        context.forEach((key, values) -> normal.put(key.toLowerCase(Locale.ROOT), List.copyOf(values)));
        context = Map.copyOf(normal);
    }

    /** A request about a resource of the principal's own account. */
    public AccessRequest(PolicyPrincipal principal, String action, String resource, Map<String, List<String>> context) {
        this(principal, action, resource, Optional.empty(), context);
    }

    /** Whether the resource belongs to another account than the principal. */
    boolean crossesAccounts() {
        return resourceAccount.isPresent() && !resourceAccount.get().equals(principal.account());
    }

    /**
     * The values of a condition key; empty when the request has no such key.
     *
     * @param key in lower case
     */
    public Optional<List<String>> values(String key) {
        var given = context.get(key);
        return given != null ? Optional.of(given) : PrincipalKeys.values(principal, key);
    }
}
