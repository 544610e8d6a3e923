package io.coppice.walrus.http;

import io.coppice.walrus.acl.Acl;
import io.coppice.walrus.acl.AclDocuments;
import io.coppice.walrus.acl.Ownership;
import io.coppice.walrus.acl.PublicAccessBlock;
import io.coppice.walrus.encryption.BucketEncryption;
import io.coppice.walrus.encryption.EncryptionRequest;
import io.coppice.walrus.encryption.KeyStore;
import io.coppice.walrus.encryption.ObjectEncryption;
import io.coppice.walrus.identity.Accounts;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.lock.LockRules;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.ObjectTraits;
import io.coppice.walrus.metadata.StoredHeaders;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.tagging.Tags;
import io.coppice.wire.error.AwsException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads from the head of a write what the object is to be, with what its bucket says about that. Thread-safe. */
final class Drafts {
    private static final String FULL_CONTROL = "bucket-owner-full-control";
    private static final String STANDARD = "STANDARD";
    private static final Set<String> CLASSES =
            Set.of(STANDARD, "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR");

    private final AclDocuments acls;
    private final KeyStore keys;
    private final LockRules locks;

    Drafts(Store store, Accounts accounts) {
        this.acls = new AclDocuments(accounts);
        this.keys = store.keys();
        this.locks = new LockRules(store.clock());
    }

    /** The object that a request wants. */
    Draft of(S3Request request, Principal caller, BucketRow bucket) {
        return of(request::header, ObjectHeaders.of(request), caller, bucket);
    }

    /** The object that headers, or the fields of a form, want. */
    Draft of(Function<String, Optional<String>> header, StoredHeaders stored, Principal caller, BucketRow bucket) {
        var owner = owner(header, caller, bucket);
        var sealed = sealed(header, bucket);
        var traits = new ObjectTraits(
                owner,
                acl(header, owner, bucket),
                Tags.ofHeader(header.apply("x-amz-tagging")),
                storageClass(header),
                sealed.map(each -> each.encryption().text()),
                locks.ofNewObject(header, bucket));
        return new Draft(stored, traits, sealed.map(KeyStore.Sealed::key));
    }

    /** The list that headers describe, for an object or a bucket; empty when they do not. */
    Optional<Acl> acl(
            Function<String, Optional<String>> header, BucketOwner owner, BucketRow bucket, PublicAccessBlock block) {
        var canned = header.apply("x-amz-acl").filter(name -> !name.isEmpty());
        var granted = acls.ofHeaders(header);
        if (canned.isPresent() && granted.isPresent()) {
            throw S3Errors.invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
        }
        var acl = canned.map(name -> Acl.canned(name, owner, bucket.owner())).or(() -> granted);
        check(acl, bucket, block, canned.orElse(""));
        return acl;
    }

    /** Throws when the bucket rules out such a list. */
    static void check(Optional<Acl> acl, BucketRow bucket, PublicAccessBlock block, String canned) {
        if (acl.isEmpty()) {
            return;
        }
        if (Ownership.of(bucket) == Ownership.ENFORCED && !canned.equals(FULL_CONTROL)) {
            throw AwsException.client("AccessControlListNotSupported", "The bucket does not allow ACLs");
        }
        if (block.blockPublicAcls() && acl.get().isPublic()) {
            throw S3Errors.accessDenied();
        }
    }

    AclDocuments acls() {
        return acls;
    }

    private Optional<String> acl(Function<String, Optional<String>> header, BucketOwner owner, BucketRow bucket) {
        return acl(header, owner, bucket, PublicAccessBlock.of(bucket)).map(Acl::text);
    }

    private static BucketOwner owner(Function<String, Optional<String>> header, Principal caller, BucketRow bucket) {
        return switch (Ownership.of(bucket)) {
            case ENFORCED -> bucket.owner();
            case PREFERRED ->
                header.apply("x-amz-acl").filter(FULL_CONTROL::equals).isPresent() ? bucket.owner() : caller.asOwner();
            case WRITER -> caller.asOwner();
        };
    }

    private static String storageClass(Function<String, Optional<String>> header) {
        var name = header.apply("x-amz-storage-class")
                .filter(each -> !each.isEmpty())
                .orElse(STANDARD);
        if (!CLASSES.contains(name)) {
            throw AwsException.client("InvalidStorageClass", "The storage class you specified is not valid");
        }
        return name;
    }

    private Optional<KeyStore.Sealed> sealed(Function<String, Optional<String>> header, BucketRow bucket) {
        var asked = EncryptionRequest.of(header);
        var effective = asked.kind().isPresent()
                ? asked.kind().equals(Optional.of(ObjectEncryption.Kind.KMS))
                                && asked.keyId().isEmpty()
                        ? BucketEncryption.of(bucket)
                                .filter(each -> each.kind().equals(asked.kind()))
                                .orElse(asked)
                        : asked
                : BucketEncryption.of(bucket).orElse(asked);
        return effective.kind().isPresent() ? Optional.of(keys.seal(effective)) : Optional.empty();
    }

    /** Tells the client how an object is encrypted. */
    static void describe(S3Exchange exchange, ObjectTraits traits) {
        ObjectEncryption.parse(traits.encryption()).ifPresent(each -> each.describe(exchange::header));
    }

    /** For headers that are fields of a form. */
    static Function<String, Optional<String>> header(Map<String, String> fields) {
        return name -> Optional.ofNullable(fields.get(name));
    }
}
