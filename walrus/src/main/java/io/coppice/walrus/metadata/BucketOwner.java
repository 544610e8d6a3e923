package io.coppice.walrus.metadata;

/**
 * Whose a bucket is.
 *
 * @param accountId twelve digits
 * @param canonicalId 64 hexadecimal digits
 * @param displayName for people
 */
public record BucketOwner(String accountId, String canonicalId, String displayName) {}
