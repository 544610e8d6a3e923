package io.coppice.walrus.metadata;

import java.util.Optional;

/**
 * What is kept with an object beside its bytes and headers, and with an upload that becomes one.
 *
 * @param owner who put it, or the bucket's owner where that is enforced
 * @param acl its access control list as {@code Acl} writes it; empty: the owner alone
 * @param tags in the form of a query string; empty: none
 * @param storageClass as S3 names it
 * @param encryption how its bytes are encrypted, as {@code ObjectEncryption} writes it; empty: they are not
 * @param lock what keeps it from being removed
 */
public record ObjectTraits(
        BucketOwner owner,
        Optional<String> acl,
        Optional<String> tags,
        String storageClass,
        Optional<String> encryption,
        ObjectLock lock) {
    /** Of an object that somebody put without saying anything more. */
    public static ObjectTraits of(BucketOwner owner) {
        return new ObjectTraits(
                owner, Optional.empty(), Optional.empty(), "STANDARD", Optional.empty(), ObjectLock.NONE);
    }

    /** The same with other tags. */
    public ObjectTraits withTags(Optional<String> others) {
        return new ObjectTraits(owner, acl, others, storageClass, encryption, lock);
    }
}
