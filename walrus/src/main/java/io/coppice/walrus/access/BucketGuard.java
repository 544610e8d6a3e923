package io.coppice.walrus.access;

import io.coppice.policy.Decision;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.walrus.acl.Acl;
import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.acl.Ownership;
import io.coppice.walrus.acl.PublicAccessBlock;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.ObjectRow;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * All that guards one bucket: its policy, its access control list, whose objects are, and what is never public. Identity
 * policies come with the caller. An explicit deny anywhere refuses; then either policies or a list must allow.
 */
public final class BucketGuard {
    private static final Set<S3Operation> OF_POLICY =
            EnumSet.of(S3Operation.GET_BUCKET_POLICY, S3Operation.PUT_BUCKET_POLICY, S3Operation.DELETE_BUCKET_POLICY);

    private final BucketRow bucket;
    private final Optional<PolicyDocument> policy;
    private final PublicAccessBlock block;
    private final Ownership ownership;

    /** Guards {@code bucket}, whose policy was read already. */
    public BucketGuard(BucketRow bucket, Optional<PolicyDocument> policy) {
        this.bucket = bucket;
        this.policy = policy;
        this.block = PublicAccessBlock.of(bucket);
        this.ownership = Ownership.of(bucket);
    }

    /** Which bucket that is. */
    public BucketRow bucket() {
        return bucket;
    }

    /** Whether the caller may do everything to the bucket and to what its owner has in it, without being asked for. */
    public boolean isOpenTo(Principal caller) {
        return policy.isEmpty()
                && caller.mayUse(bucket.accountId())
                && caller.permissions().policies().allowsEverything();
    }

    /** Whether a condition of the bucket's policy, or of the caller's own, asks for a key that begins so. */
    public boolean asksFor(Principal caller, String keyPrefix) {
        return caller.permissions().policies().mentions(keyPrefix)
                || policy.filter(each -> each.conditionKeys().stream().anyMatch(key -> key.startsWith(keyPrefix)))
                        .isPresent();
    }

    /**
     * Empty when it is allowed, else the reason.
     *
     * @param object what it is about, when that is there already
     */
    public Optional<String> refusal(
            Principal caller, S3Operation operation, S3Permission permission, Optional<ObjectRow> object) {
        var decision = permission.decide(policy.filter(each -> !outranksPolicy(caller, operation)));
        if (decision instanceof Decision.ExplicitlyDenied) {
            return permission.reason(decision);
        }
        var ofOwner = object.isEmpty() || belongsToOwner(object.get());
        var within = caller.mayUse(bucket.accountId());
        var publicly = policy.filter(PolicyDocument::isPublic).isPresent();
        if (decision.allowed() && ofOwner && (within || !(block.restrictPublicBuckets() && publicly))) {
            return Optional.empty();
        }
        var listed = AclRule.onBucket(operation)
                .filter(wanted -> bucketAcl().grants(caller, wanted))
                .or(() -> AclRule.onObject(operation)
                        .filter(wanted -> object.filter(each -> grants(each, caller, wanted))
                                .isPresent()));
        if (listed.isPresent() && (caller.anonymous() || permission.byIdentityAlone())) {
            return Optional.empty();
        }
        return permission
                .reason(decision)
                .or(() -> Optional.of(
                        decision.allowed()
                                ? "The object belongs to another account, which has not granted this."
                                : "Access Denied"));
    }

    /**
     * The root of the bucket's account can always see, replace and delete its policy, so that nobody is locked out for ever
     * (S3 API reference, PutBucketPolicy). What the operator caps holds for the root too.
     */
    private boolean outranksPolicy(Principal caller, S3Operation operation) {
        var who = caller.permissions().principal();
        return OF_POLICY.contains(operation)
                && who.type() == PolicyPrincipal.Type.ACCOUNT
                && who.account().equals(bucket.accountId());
    }

    /** Whether the caller may do that to an object that is not the bucket owner's. */
    public boolean grantsForeign(ObjectRow object, Principal caller, AclPermission wanted) {
        return caller.system() || belongsToOwner(object) || grants(object, caller, wanted);
    }

    private boolean belongsToOwner(ObjectRow object) {
        return ownership == Ownership.ENFORCED
                || object.traits().owner().canonicalId().equals(bucket.canonicalId());
    }

    private Acl bucketAcl() {
        return effective(Acl.parse(bucket.setting(BucketSetting.ACL), bucket.owner()));
    }

    private boolean grants(ObjectRow object, Principal caller, AclPermission wanted) {
        var owner = object.traits().owner();
        return effective(Acl.parse(object.traits().acl(), owner)).grants(caller, wanted);
    }

    private Acl effective(Acl acl) {
        if (ownership == Ownership.ENFORCED) {
            return Acl.ofOwner(bucket.owner());
        }
        return block.ignorePublicAcls() ? acl.withoutPublic() : acl;
    }
}
