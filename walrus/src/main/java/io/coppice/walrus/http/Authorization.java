package io.coppice.walrus.http;

import io.coppice.walrus.access.BucketGuard;
import io.coppice.walrus.access.S3Operation;
import io.coppice.walrus.access.S3Operation.Level;
import io.coppice.walrus.access.S3Permission;
import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.protocol.S3Errors;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks the caller's policies, the bucket's policy and access control lists before an operation is carried out. Where what is
 * read belongs to neither the caller nor the bucket's owner, {@link #checkForeign} is asked once it was found. Thread-safe.
 */
final class Authorization {
    private static final String COPY_SOURCE = "x-amz-copy-source";
    /** Headers of writes that are operations of their own. */
    private static final Map<String, S3Operation> DETAILS = Map.of(
            "x-amz-acl", S3Operation.PUT_OBJECT_ACL,
            "x-amz-grant-read", S3Operation.PUT_OBJECT_ACL,
            "x-amz-grant-read-acp", S3Operation.PUT_OBJECT_ACL,
            "x-amz-grant-write-acp", S3Operation.PUT_OBJECT_ACL,
            "x-amz-grant-full-control", S3Operation.PUT_OBJECT_ACL,
            "x-amz-tagging", S3Operation.PUT_OBJECT_TAGGING,
            "x-amz-object-lock-mode", S3Operation.PUT_OBJECT_RETENTION,
            "x-amz-object-lock-legal-hold", S3Operation.PUT_OBJECT_LEGAL_HOLD);
    /** The same for buckets that are made. */
    private static final Map<String, S3Operation> BUCKET_DETAILS = Map.of(
            "x-amz-acl", S3Operation.PUT_BUCKET_ACL,
            "x-amz-grant-read", S3Operation.PUT_BUCKET_ACL,
            "x-amz-grant-write", S3Operation.PUT_BUCKET_ACL,
            "x-amz-grant-read-acp", S3Operation.PUT_BUCKET_ACL,
            "x-amz-grant-write-acp", S3Operation.PUT_BUCKET_ACL,
            "x-amz-grant-full-control", S3Operation.PUT_BUCKET_ACL,
            "x-amz-object-ownership", S3Operation.PUT_OWNERSHIP_CONTROLS,
            "x-amz-bucket-object-lock-enabled", S3Operation.PUT_BUCKET_OBJECT_LOCK);

    private final Store store;
    private final QuotaKeys quotas;

    Authorization(Store store) {
        this.store = store;
        this.quotas = new QuotaKeys(store);
    }

    /** The bucket of the request; empty where it is only coming to be, or there is none. Throws the S3 error of a refusal. */
    Optional<BucketRow> check(S3Request request, Principal caller) {
        var operations = S3Operation.of(
                request.method(),
                !request.bucket().isEmpty(),
                !request.key().isEmpty(),
                request.parameters().keySet());
        if (operations.contains(S3Operation.LIST_BUCKETS) || operations.contains(S3Operation.CREATE_BUCKET)) {
            checkOutsideOfBuckets(operations.getFirst(), request, caller);
            return Optional.empty();
        }
        var guard = guard(request.bucket());
        checkExpectedOwner(request.header("x-amz-expected-bucket-owner"), guard.bucket());
        checkPayer(request, caller, guard.bucket());
        var copies = request.header(COPY_SOURCE).isPresent()
                && request.method().equals("PUT")
                && !request.key().isEmpty();
        if (!guard.isOpenTo(caller)) {
            var keys = new ConditionKeys(request, store.clock());
            var versionId = request.parameter("versionId");
            for (var operation : operations) {
                if (operation.level() != Level.EACH_OBJECT) {
                    var all = withQuotas(operation, request, caller, keys.values());
                    check(guard, caller, operation, request.key(), versionId, all);
                }
            }
            if (operations.contains(S3Operation.PUT_OBJECT)
                    || operations.contains(S3Operation.CREATE_MULTIPART_UPLOAD)) {
                checkDetails(guard, caller, request.key(), request::header, keys.values());
            }
        }
        if (copies) {
            checkSource(request, caller);
        }
        return Optional.of(guard.bucket());
    }

    /** Throws AccessDenied unless the caller may put that key, which came in a form. */
    void checkPost(
            S3Request request,
            Principal caller,
            BucketRow bucket,
            String key,
            Function<String, Optional<String>> fields) {
        var guard = store.guards().guard(bucket);
        if (!guard.isOpenTo(caller)) {
            var keys = new ConditionKeys(request, store.clock()).values();
            check(guard, caller, S3Operation.POST_OBJECT, key, Optional.empty(), keys);
            checkDetails(guard, caller, key, fields, keys);
        }
    }

    /** Lists, tags and locks that come with a write need their own permissions; who may write by a list may bring them. */
    private static void checkDetails(
            BucketGuard guard,
            Principal caller,
            String key,
            Function<String, Optional<String>> header,
            Map<String, List<String>> keys) {
        // Of what another account puts it is the owner, so its list is its own affair.
        var own = caller.mayUse(guard.bucket().accountId());
        DETAILS.forEach((name, operation) -> header.apply(name)
                .filter(value -> own || operation != S3Operation.PUT_OBJECT_ACL)
                .filter(value -> !value.isEmpty() && !value.equals("private"))
                .flatMap(value -> guard.refusal(
                        caller,
                        S3Operation.PUT_OBJECT,
                        permission(guard, caller, operation, key, keys),
                        Optional.empty()))
                .ifPresent(reason -> {
                    throw S3Errors.accessDenied(reason);
                }));
    }

    /** Throws AccessDenied when the object is another account's, which has not granted this to the caller. */
    void checkForeign(BucketRow bucket, Principal caller, ObjectRow object, AclPermission wanted) {
        if (!object.traits().owner().canonicalId().equals(bucket.canonicalId())
                && !new BucketGuard(bucket, Optional.empty()).grantsForeign(object, caller, wanted)) {
            throw S3Errors.accessDenied();
        }
    }

    /** Whether the caller may take what is locked by governance away. */
    boolean mayBypassGovernance(S3Request request, Principal caller, BucketRow bucket, String key) {
        var guard = store.guards().guard(bucket);
        return guard.isOpenTo(caller)
                || guard.refusal(
                                caller,
                                S3Operation.PUT_OBJECT_RETENTION,
                                new S3Permission(
                                        caller.permissions(),
                                        "s3:BypassGovernanceRetention",
                                        S3Permission.arn(Level.OBJECT, bucket.name(), key),
                                        Optional.of(bucket.accountId()),
                                        new ConditionKeys(request, store.clock()).values()),
                                Optional.empty())
                        .isEmpty();
    }

    /** Those versions that may not be deleted, with the reason. */
    Map<Versions.Name, String> undeletable(
            S3Request request, Principal caller, BucketRow bucket, Collection<Versions.Name> names) {
        var guard = store.guards().guard(bucket);
        var refused = new HashMap<Versions.Name, String>();
        if (guard.isOpenTo(caller)) {
            return refused;
        }
        var keys = new ConditionKeys(request, store.clock()).values();
        for (var name : names) {
            var operation = name.versionId().isEmpty() ? S3Operation.DELETE_OBJECT : S3Operation.DELETE_OBJECT_VERSION;
            guard.refusal(caller, operation, permission(guard, caller, operation, name.key(), keys), Optional.empty())
                    .ifPresent(reason -> refused.put(name, reason));
        }
        return refused;
    }

    private static void checkExpectedOwner(Optional<String> expected, BucketRow bucket) {
        if (expected.filter(account -> !account.equals(bucket.accountId())).isPresent()) {
            throw S3Errors.accessDenied();
        }
    }

    /** Where the requester pays, other accounts must say that they know. */
    private static void checkPayer(S3Request request, Principal caller, BucketRow bucket) {
        var requesterPays = bucket.setting(BucketSetting.REQUEST_PAYMENT)
                .filter(text -> text.contains("<Payer>Requester</Payer>"))
                .isPresent();
        var told = request.header("x-amz-request-payer").or(() -> request.parameter("x-amz-request-payer"));
        if (requesterPays && !caller.mayUse(bucket.accountId()) && !told.equals(Optional.of("requester"))) {
            throw S3Errors.accessDenied();
        }
    }

    private void checkOutsideOfBuckets(S3Operation operation, S3Request request, Principal caller) {
        if (caller.anonymous()) {
            throw S3Errors.accessDenied();
        }
        var keys = new ConditionKeys(request, store.clock()).values();
        requireOutside(operation, request, caller, withQuotas(operation, request, caller, keys));
        if (operation == S3Operation.CREATE_BUCKET) {
            BUCKET_DETAILS.forEach((name, detail) ->
                    request.header(name).ifPresent(value -> requireOutside(detail, request, caller, keys)));
        }
    }

    /** What is counted for quotas is counted only where a policy asks. */
    private Map<String, List<String>> withQuotas(
            S3Operation operation, S3Request request, Principal caller, Map<String, List<String>> keys) {
        if (!caller.permissions().policies().mentions(QuotaKeys.PREFIX)) {
            return keys;
        }
        var all = new HashMap<>(keys);
        all.putAll(quotas.of(operation, request, caller));
        return all;
    }

    private static void requireOutside(
            S3Operation operation, S3Request request, Principal caller, Map<String, List<String>> keys) {
        var permission = new S3Permission(
                caller.permissions(),
                operation.action(),
                S3Permission.arn(operation.level(), request.bucket(), ""),
                Optional.empty(),
                keys);
        permission.reason(permission.decide(Optional.empty())).ifPresent(reason -> {
            throw S3Errors.accessDenied(reason);
        });
    }

    private void checkSource(S3Request request, Principal caller) {
        var source = CopySource.of(request);
        var guard = guard(source.bucket());
        checkExpectedOwner(request.header("x-amz-source-expected-bucket-owner"), guard.bucket());
        if (!guard.isOpenTo(caller)) {
            var operation = source.versionId().isPresent() ? S3Operation.GET_OBJECT_VERSION : S3Operation.GET_OBJECT;
            check(
                    guard,
                    caller,
                    operation,
                    source.key(),
                    source.versionId(),
                    new ConditionKeys(request, store.clock()).values());
        }
    }

    private void check(
            BucketGuard guard,
            Principal caller,
            S3Operation operation,
            String key,
            Optional<String> versionId,
            Map<String, List<String>> keys) {
        var concernsObject = operation.level() == Level.OBJECT && !writes(operation);
        var object = concernsObject ? find(guard.bucket(), key, versionId) : Optional.<ObjectRow>empty();
        var all = keys;
        if (operation.level() == Level.OBJECT && guard.asksFor(caller, ConditionKeys.EXISTING_TAG)) {
            all = ConditionKeys.withExistingTags(keys, object.or(() -> find(guard.bucket(), key, versionId)));
        }
        var refusal = guard.refusal(caller, operation, permission(guard, caller, operation, key, all), object);
        var missing = concernsObject && object.isEmpty();
        if (missing && !caller.mayUse(guard.bucket().accountId())) {
            // Whether a key is there is told to those alone who may list.
            var list = S3Operation.LIST_OBJECTS;
            var listKeys = new HashMap<>(keys);
            listKeys.put("s3:prefix", List.of(key));
            refusal = guard.refusal(caller, list, permission(guard, caller, list, "", listKeys), Optional.empty());
            if (refusal.isEmpty()) {
                throw S3Errors.noSuchKey();
            }
        }
        refusal.ifPresent(reason -> {
            throw S3Errors.accessDenied(reason);
        });
    }

    private static boolean writes(S3Operation operation) {
        return switch (operation) {
            case PUT_OBJECT,
                    DELETE_OBJECT,
                    DELETE_OBJECT_VERSION,
                    CREATE_MULTIPART_UPLOAD,
                    UPLOAD_PART,
                    COMPLETE_MULTIPART_UPLOAD,
                    ABORT_MULTIPART_UPLOAD,
                    LIST_PARTS -> true;
            default -> false;
        };
    }

    private static S3Permission permission(
            BucketGuard guard, Principal caller, S3Operation operation, String key, Map<String, List<String>> keys) {
        return new S3Permission(
                caller.permissions(),
                operation.action(),
                S3Permission.arn(operation.level(), guard.bucket().name(), key),
                Optional.of(guard.bucket().accountId()),
                keys);
    }

    private Optional<ObjectRow> find(BucketRow bucket, String key, Optional<String> versionId) {
        return store.transactions()
                .call(session -> versionId.isPresent()
                        ? store.versions().find(session, bucket.bucketId(), new Versions.Name(key, versionId.get()))
                        : store.objects().find(session, bucket.bucketId(), key));
    }

    private BucketGuard guard(String name) {
        return store.guards().find(name).orElseThrow(S3Errors::noSuchBucket);
    }
}
