package io.coppice.walrus.identity;

import io.coppice.walrus.metadata.BucketOwner;

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
    /** As the owner of a bucket that it makes. */
    public BucketOwner asOwner() {
        return new BucketOwner(accountId, canonicalId, displayName);
    }

    /** Whether buckets of that account may be used. */
    public boolean mayUse(String ownerAccountId) {
        return system || accountId.equals(ownerAccountId);
    }
}
