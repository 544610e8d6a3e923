package io.coppice.walrus.http;

import io.coppice.policy.MalformedPolicyException;
import io.coppice.policy.PolicyDocument;
import io.coppice.walrus.accesslog.LogTarget;
import io.coppice.walrus.acl.Acl;
import io.coppice.walrus.acl.AclDocuments;
import io.coppice.walrus.acl.Ownership;
import io.coppice.walrus.acl.PublicAccessBlock;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.Versioning;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.notification.NotificationRules;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.walrus.tagging.Tags;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** Sets, shows and takes away what an owner can set on a bucket: the documents, with what else each means. Thread-safe. */
final class BucketSettings {
    private static final int MAX_BODY_BYTES = 1024 * 1024;
    private static final int MAX_POLICY_BYTES = 20 * 1024;

    private final Store store;
    private final Drafts drafts;
    private final Announcements announcements;
    private final Set<String> destinations;

    BucketSettings(Store store, Drafts drafts, Announcements announcements, Set<String> destinations) {
        this.store = store;
        this.drafts = drafts;
        this.announcements = announcements;
        this.destinations = Set.copyOf(destinations);
    }

    /** Answers the read of a setting; false when the request asks for none. */
    boolean read(S3Exchange exchange) {
        var document = SettingDocument.of(exchange.request());
        if (document.isPresent()) {
            show(exchange, document.get());
            return true;
        }
        for (var parameter : exchange.request().parameters().keySet()) {
            var answer = computed(exchange.bucket(), parameter);
            if (answer.isPresent()) {
                exchange.xml(answer.get());
                return true;
            }
        }
        return false;
    }

    /** Carries out the change of a setting; false when the request is none. */
    boolean write(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        if (request.has("acl")) {
            putAcl(exchange);
        } else if (request.has("versioning")) {
            putVersioning(exchange);
        } else if (request.has("notification")) {
            putNotification(exchange);
        } else {
            var document = SettingDocument.of(request);
            if (document.isEmpty()) {
                return false;
            }
            put(exchange, document.get());
        }
        return true;
    }

    /** Takes a setting away; false when the request is for none. */
    boolean delete(S3Exchange exchange) {
        var document = SettingDocument.of(exchange.request()).filter(SettingDocument::removable);
        document.ifPresent(each -> {
            set(exchange, each.setting(), Optional.empty());
            exchange.noContent();
        });
        return document.isPresent();
    }

    private static void show(S3Exchange exchange, SettingDocument document) {
        var text = exchange.bucket().setting(document.setting());
        if (document == SettingDocument.OBJECT_LOCK
                && text.isEmpty()
                && exchange.bucket().objectLock()) {
            exchange.xml(XmlWriter.document("ObjectLockConfiguration")
                    .element("ObjectLockEnabled", "Enabled")
                    .close("ObjectLockConfiguration"));
            return;
        }
        if (text.isEmpty() && document.whenAbsent().isPresent()) {
            exchange.text("application/xml", document.whenAbsent().get());
            return;
        }
        var shown = text.orElseThrow(document::absent);
        if (document == SettingDocument.TAGGING) {
            exchange.xml(Tags.document(text));
        } else {
            exchange.text(document == SettingDocument.POLICY ? "application/json" : "application/xml", shown);
        }
    }

    private static Optional<XmlWriter> computed(BucketRow bucket, String parameter) {
        return switch (parameter) {
            case "acl" ->
                Optional.of(AclDocuments.write(
                        Ownership.of(bucket) == Ownership.ENFORCED
                                ? Acl.ofOwner(bucket.owner())
                                : Acl.parse(bucket.setting(BucketSetting.ACL), bucket.owner()),
                        bucket.owner()));
            case "versioning" -> {
                var answer = XmlWriter.document("VersioningConfiguration");
                if (bucket.versioning() != Versioning.OFF) {
                    answer.element("Status", bucket.versioning().word());
                }
                yield Optional.of(answer.close("VersioningConfiguration"));
            }
            case "policyStatus" ->
                Optional.of(XmlWriter.document("PolicyStatus")
                        .element("IsPublic", isPublic(bucket))
                        .close("PolicyStatus"));
            case "accelerate" -> Optional.of(empty("AccelerateConfiguration"));
            case "replication" ->
                throw S3Errors.notThere(
                        "ReplicationConfigurationNotFoundError", "The replication configuration was not found");
            default -> Optional.empty();
        };
    }

    private static XmlWriter empty(String root) {
        return XmlWriter.document(root).close(root);
    }

    private static boolean isPublic(BucketRow bucket) {
        var block = PublicAccessBlock.of(bucket);
        var byList = !block.ignorePublicAcls()
                && Ownership.of(bucket) != Ownership.ENFORCED
                && Acl.parse(bucket.setting(BucketSetting.ACL), bucket.owner()).isPublic();
        var byPolicy = !block.restrictPublicBuckets()
                && bucket.setting(BucketSetting.POLICY)
                        .filter(text -> PolicyDocument.parse(text, PolicyDocument.Kind.RESOURCE)
                                .isPublic())
                        .isPresent();
        return byList || byPolicy;
    }

    private void put(S3Exchange exchange, SettingDocument document) throws IOException {
        var body = exchange.incoming().read(MAX_BODY_BYTES);
        var kept = document == SettingDocument.POLICY
                ? policy(exchange.bucket(), body)
                : document.check(body, exchange.bucket(), store.keys());
        if (document == SettingDocument.OBJECT_LOCK) {
            putObjectLock(exchange, kept);
        } else {
            if (document == SettingDocument.OWNERSHIP_CONTROLS) {
                checkOwnershipChange(exchange.bucket(), body);
            } else if (document == SettingDocument.LOGGING) {
                checkLogTarget(exchange.bucket(), body);
            }
            set(exchange, document.setting(), kept);
        }
        if (document == SettingDocument.POLICY || document == SettingDocument.TAGGING) {
            exchange.noContent();
        } else {
            exchange.ok();
        }
    }

    private void putObjectLock(S3Exchange exchange, Optional<String> document) {
        var bucket = exchange.bucket();
        if (bucket.versioning() != Versioning.ENABLED) {
            throw AwsException.of(
                    "InvalidBucketState",
                    409,
                    "Versioning must be 'Enabled' on the bucket to apply a Object Lock" + " configuration");
        }
        store.transactions().call(session -> {
            store.buckets().enableObjectLock(session, bucket.bucketId());
            store.buckets().set(session, bucket.bucketId(), BucketSetting.OBJECT_LOCK, document);
            return true;
        });
    }

    private static void checkOwnershipChange(BucketRow bucket, byte[] body) {
        var list = Acl.parse(bucket.setting(BucketSetting.ACL), bucket.owner());
        if (Ownership.parse(body) == Ownership.ENFORCED && !list.equals(Acl.ofOwner(bucket.owner()))) {
            throw AwsException.client(
                    "InvalidBucketAclWithObjectOwnership",
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
        }
    }

    private static Optional<String> policy(BucketRow bucket, byte[] body) {
        if (body.length > MAX_POLICY_BYTES) {
            throw AwsException.client("PolicyTooLarge", "Policy exceeds the maximum allowed document size.");
        }
        var text = new String(body, StandardCharsets.UTF_8);
        try {
            var policy = PolicyDocument.parse(text, PolicyDocument.Kind.RESOURCE);
            if (PublicAccessBlock.of(bucket).blockPublicPolicy() && policy.isPublic()) {
                throw S3Errors.accessDenied();
            }
            return Optional.of(text);
        } catch (MalformedPolicyException e) {
            throw AwsException.client("MalformedPolicy", String.valueOf(e.getMessage()));
        }
    }

    private void putAcl(S3Exchange exchange) throws IOException {
        var bucket = exchange.bucket();
        var body = exchange.incoming().read(MAX_BODY_BYTES);
        var block = PublicAccessBlock.of(bucket);
        var byHeaders = drafts.acl(exchange.request()::header, bucket.owner(), bucket, block);
        if (byHeaders.isEmpty() && body.length == 0) {
            throw S3Errors.invalidRequest(
                    "The request names no access control list: send x-amz-acl, grant headers or a" + " document");
        }
        var acl = byHeaders.isPresent() ? byHeaders : Optional.of(drafts.acls().read(body, bucket.owner()));
        Drafts.check(acl, bucket, block, exchange.request().header("x-amz-acl").orElse(""));
        set(exchange, BucketSetting.ACL, acl.map(Acl::text));
        exchange.ok();
    }

    private void putVersioning(S3Exchange exchange) throws IOException {
        var document = XmlElement.parse(exchange.incoming().read(MAX_BODY_BYTES), "VersioningConfiguration");
        if (document.value("MfaDelete").filter("Enabled"::equals).isPresent()) {
            throw S3Errors.notImplemented("MFA delete");
        }
        var wanted = document.value("Status")
                .flatMap(Versioning::settable)
                .orElseThrow(() -> AwsException.client(
                        "IllegalVersioningConfigurationException", "The Versioning element must be specified"));
        var bucket = exchange.bucket();
        if (bucket.objectLock() && wanted == Versioning.SUSPENDED) {
            throw AwsException.of(
                    "InvalidBucketState",
                    409,
                    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
        }
        store.transactions().call(session -> {
            store.buckets().setVersioning(session, bucket.bucketId(), wanted);
            return true;
        });
        exchange.ok();
    }

    private void putNotification(S3Exchange exchange) throws IOException {
        var bucket = exchange.bucket();
        var body = exchange.incoming().read(MAX_BODY_BYTES);
        var rules = NotificationRules.parse(body, destinations);
        var untested =
                exchange.request().header("x-amz-skip-destination-validation").filter("true"::equalsIgnoreCase);
        var kept = rules.rules().isEmpty()
                ? Optional.<String>empty()
                : Optional.of(new String(body, StandardCharsets.UTF_8));
        store.transactions().call(session -> {
            store.buckets().set(session, bucket.bucketId(), BucketSetting.NOTIFICATION, kept);
            if (untested.isEmpty()) {
                announcements.test(session, bucket, rules, exchange.requestId());
            }
            return true;
        });
        exchange.ok();
    }

    /** As AWS does: the other bucket must be the same owner's. */
    private void checkLogTarget(BucketRow bucket, byte[] body) {
        LogTarget.parse(body)
                .filter(target -> store.transactions()
                        .call(session -> store.buckets().find(session, target.bucket()))
                        .filter(other -> other.accountId().equals(bucket.accountId()))
                        .isEmpty())
                .ifPresent(target -> {
                    throw AwsException.client(
                            "InvalidTargetBucketForLogging",
                            "The target bucket for logging does not exist, is not owned by you, or does not have the"
                                    + " appropriate grants for the log-delivery group.");
                });
    }

    private void set(S3Exchange exchange, BucketSetting setting, Optional<String> document) {
        store.transactions().call(session -> {
            store.buckets().set(session, exchange.bucket().bucketId(), setting, document);
            return true;
        });
    }
}
