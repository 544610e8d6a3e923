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
     * What stands in the ARN for a name or id of a request, where that is something else: the path before a name, or the name
     * of what was given by id. Empty when the account has no such resource.
     */
    default Optional<String> nameInArn(AccountId account, String name) {
        return Optional.of(name);
    }
}
