package io.coppice.walrus.identity;

import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import io.coppice.walrus.metadata.BucketOwner;
import java.util.Map;

/**
 * Who acts.
 *
 * @param accountId twelve digits
 * @param canonicalId 64 hexadecimal digits
 * @param displayName for people
 * @param system true for the cloud's own account, which may read every image
 * @param permissions what policies allow
 */
public record Principal(
        String accountId, String canonicalId, String displayName, boolean system, Permissions permissions) {
    /** Whoever does not sign. */
    public static final Principal ANONYMOUS = new Principal(
            "",
            "65a011a29cdf8ec533ec3d1ccaae921c",
            "anonymous",
            false,
            new Permissions(PolicyPrincipal.ANONYMOUS, PolicySet.NOTHING, Map.of()));

    /** Whether nobody signed. */
    public boolean anonymous() {
        return accountId.isEmpty();
    }

    /** As the owner of a bucket that it makes. */
    public BucketOwner asOwner() {
        return new BucketOwner(accountId, canonicalId, displayName);
    }

    /** Whether buckets of that account may be used. */
    public boolean mayUse(String ownerAccountId) {
        return system || accountId.equals(ownerAccountId);
    }
}
