package io.coppice.cloud.tag;

import io.coppice.foundation.id.AccountId;
import java.util.Collection;
import java.util.Map;

/** What other features need of tags. All calls belong in the caller's transaction when it has one. */
public interface Tags {
    /**
     * Adds or replaces tags of a new resource; throws {@code InvalidParameterValue} or {@code TagLimitExceeded} by AWS's
     * rules (50 a resource, keys 1 to 127 characters, values up to 255). Keys that begin with {@code aws:} are the cloud's
     * own: they do not count, and whoever reads a request refuses them there ({@link TagRules#of}).
     *
     * @param resourceType as AWS names it: {@code instance}, {@code image}, {@code key-pair}, {@code volume}, …
     */
    void put(AccountId account, String resourceId, String resourceType, Map<String, String> tags);

    /** As {@link #put}: the same tags for each of these new resources, in one round trip to the database. */
    void putAll(AccountId account, Collection<String> resourceIds, String resourceType, Map<String, String> tags);

    /** The tags of these resources by resource id; resources without tags are absent. One query. */
    Map<String, Map<String, String>> of(AccountId account, Collection<String> resourceIds);

    /** Forgets all tags of a resource that is gone. */
    void removeAll(AccountId account, String resourceId);
}
