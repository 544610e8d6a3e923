package io.coppice.walrus.http;

import io.coppice.walrus.access.S3Operation;
import io.coppice.walrus.access.S3Operation.Level;
import io.coppice.walrus.access.S3Permission;
import io.coppice.walrus.identity.Principal;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Asks policies before an operation is carried out. Whether the bucket belongs to the signer's account is asked again where
 * its rows are read. Thread-safe.
 */
final class Authorization {
    private static final String COPY_SOURCE = "x-amz-copy-source";
    private static final String GET_OBJECT = "s3:GetObject";
    private static final String DELETE_OBJECT = "s3:DeleteObject";
    /** Parameters of listings that policies may ask for. */
    private static final Set<String> PARAMETERS = Set.of("prefix", "delimiter", "max-keys", "versionid");
    /** Headers that policies may ask for (Service Authorization Reference, "Condition keys for Amazon S3"). */
    private static final Set<String> HEADERS = Set.of(
            "x-amz-acl",
            "x-amz-grant-read",
            "x-amz-grant-write",
            "x-amz-grant-read-acp",
            "x-amz-grant-write-acp",
            "x-amz-grant-full-control",
            "x-amz-content-sha256",
            COPY_SOURCE,
            "x-amz-metadata-directive",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-storage-class",
            "x-amz-website-redirect-location",
            "x-amz-object-ownership");

    private final Store store;
    private final Clock clock;
    private final QuotaKeys quotas;

    Authorization(Store store) {
        this.store = store;
        this.clock = store.clock();
        this.quotas = new QuotaKeys(store);
    }

    /** Throws AccessDenied, or NoSuchBucket, which S3 tells to everybody with an account. */
    void check(S3Request request, Principal caller) {
        if (caller.permissions().policies().allowsEverything()) {
            return;
        }
        var operations = S3Operation.of(
                request.method(),
                !request.bucket().isEmpty(),
                !request.key().isEmpty(),
                request.parameters().keySet());
        var keys = keys(request);
        for (var operation : operations) {
            if (operation.level() != Level.EACH_OBJECT) {
                var creates = operation == S3Operation.CREATE_BUCKET || operation == S3Operation.LIST_BUCKETS;
                var owner = creates ? Optional.<String>empty() : Optional.of(owner(request.bucket()));
                var arn = S3Permission.arn(operation.level(), request.bucket(), request.key());
                require(new S3Permission(
                        caller.permissions(),
                        operation.action(),
                        arn,
                        owner,
                        withQuotas(operation, request, caller, keys)));
            }
        }
        if (request.header(COPY_SOURCE).isPresent()
                && request.method().equals("PUT")
                && !request.key().isEmpty()) {
            var source = CopySource.of(request);
            var arn = S3Permission.arn(Level.OBJECT, source.bucket(), source.key());
            require(new S3Permission(caller.permissions(), GET_OBJECT, arn, Optional.of(owner(source.bucket())), keys));
        }
    }

    private Map<String, List<String>> withQuotas(
            S3Operation operation, S3Request request, Principal caller, Map<String, List<String>> keys) {
        if (!caller.permissions().policies().mentions(QuotaKeys.PREFIX)) {
            return keys;
        }
        var all = new HashMap<>(keys);
        all.putAll(quotas.of(operation, request, caller));
        return all;
    }

    /** Those keys that may not be deleted, with the reason. */
    Map<String, String> undeletable(S3Request request, Principal caller, Collection<String> keys) {
        var refused = new TreeMap<String, String>();
        if (caller.permissions().policies().allowsEverything()) {
            return refused;
        }
        var conditions = keys(request);
        var owner = Optional.of(owner(request.bucket()));
        for (var key : keys) {
            var arn = S3Permission.arn(Level.OBJECT, request.bucket(), key);
            new S3Permission(caller.permissions(), DELETE_OBJECT, arn, owner, conditions)
                    .refusal(Optional.empty())
                    .ifPresent(reason -> refused.put(key, reason));
        }
        return refused;
    }

    private static void require(S3Permission permission) {
        permission.refusal(Optional.empty()).ifPresent(reason -> {
            throw S3Errors.accessDenied(reason);
        });
    }

    private String owner(String bucket) {
        return store.transactions()
                .call(session -> store.buckets().find(session, bucket))
                .orElseThrow(S3Errors::noSuchBucket)
                .accountId();
    }

    private Map<String, List<String>> keys(S3Request request) {
        var keys = new HashMap<String, List<String>>();
        var now = clock.instant();
        keys.put("aws:currenttime", List.of(now.toString()));
        keys.put("aws:epochtime", List.of(Long.toString(now.getEpochSecond())));
        keys.put("aws:sourceip", List.of(request.sourceAddress()));
        keys.put("aws:securetransport", List.of(Boolean.toString(request.secure())));
        keys.put("aws:viaawsservice", List.of("false"));
        request.header("user-agent").ifPresent(value -> keys.put("aws:useragent", List.of(value)));
        request.header("referer").ifPresent(value -> keys.put("aws:referer", List.of(value)));
        var inQuery = request.has("X-Amz-Algorithm");
        keys.put("s3:authtype", List.of(inQuery ? "REST-QUERY-STRING" : "REST-HEADER"));
        keys.put("s3:signatureversion", List.of("AWS4-HMAC-SHA256"));
        request.parameters().forEach((name, value) -> {
            var key = name.toLowerCase(Locale.ROOT);
            if (PARAMETERS.contains(key)) {
                keys.put("s3:" + key, List.of(value));
            }
        });
        HEADERS.forEach(name -> request.header(name).ifPresent(value -> keys.put("s3:" + name, List.of(value))));
        return keys;
    }
}
