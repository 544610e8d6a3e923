package io.coppice.cloud.access;

import io.coppice.foundation.id.AccountId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What policies may ask about existing resources of one kind: an application-scoped bean of the feature that owns them.
 * Thread-safe. Asked only where a policy reads one of the keys.
 */
public interface ResourceFacts {
    /** The kind with its service, as in ARNs: {@code ec2:instance}, {@code iam:role}. */
    String kind();

    /** The keys that it tells, in lower case; those that end with a slash are beginnings. */
    Set<String> keys();

    /**
     * Key to values by the name or id that was asked for, in one query. What the account does not have, or may not see, is
     * absent.
     */
    Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names);

    /**
     * The name or id under which {@link #of} and the ARN know a resource, for one of a request. Where requests may name a kind
     * by its id and by its name, both must come to the same, or a policy about one is evaded by the other. Empty when the
     * account has no such resource.
     *
     * @param member the member of the request that names it, for example {@code LaunchTemplateName}
     */
    default Optional<String> resolve(AccountId account, String member, String name) {
        return Optional.of(name);
    }

    /**
     * What stands in the ARN for a name or id that {@link #resolve} told, where that is something else: the path before a
     * name. Empty when the account has no such resource.
     */
    default Optional<String> nameInArn(AccountId account, String name) {
        return Optional.of(name);
    }
}
