package io.coppice.walrus.http;

import io.coppice.walrus.metadata.BucketRow;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Operations on buckets, and the reads of settings that no bucket has yet. Thread-safe. */
final class BucketOperations {
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_BUCKETS = 10_000;
    private static final String CLASSIC_REGION = "us-east-1";

    /** Settings that answer "there is none", as code and message. */
    private static final Map<String, Map.Entry<String, String>> ABSENT = Map.of(
            "policy", Map.entry("NoSuchBucketPolicy", "The bucket policy does not exist"),
            "cors", Map.entry("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
            "website",
                    Map.entry(
                            "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
            "lifecycle", Map.entry("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
            "replication",
                    Map.entry("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
            "encryption",
                    Map.entry(
                            "ServerSideEncryptionConfigurationNotFoundError",
                            "The server side encryption configuration was not found"),
            "object-lock",
                    Map.entry(
                            "ObjectLockConfigurationNotFoundError",
                            "Object Lock configuration does not exist for this bucket"),
            "tagging", Map.entry("NoSuchTagSet", "The TagSet does not exist"),
            "publicAccessBlock",
                    Map.entry(
                            "NoSuchPublicAccessBlockConfiguration",
                            "The public access block configuration was not found"),
            "ownershipControls",
                    Map.entry("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"));

    /** Settings that answer an empty document of this name. */
    private static final Map<String, String> EMPTY = Map.of(
            "versioning", "VersioningConfiguration",
            "accelerate", "AccelerateConfiguration",
            "logging", "BucketLoggingStatus",
            "notification", "NotificationConfiguration");

    private static final Set<String> OTHER_SETTINGS = Set.of("acl", "requestPayment", "policyStatus");

    private final Store store;
    private final String region;

    BucketOperations(Store store, String region) {
        this.store = store;
        this.region = region;
    }

    void list(S3Exchange exchange) {
        var request = exchange.request();
        var max = Math.min(MAX_BUCKETS, request.number("max-buckets", MAX_BUCKETS));
        var prefix = request.parameter("prefix").orElse("");
        var after = request.parameter("continuation-token").orElse("");
        var buckets = store.transactions()
                .call(session -> store.buckets().list(session, exchange.caller().accountId(), prefix, after, max + 1));
        var truncated = buckets.size() > max;
        var shown = truncated ? buckets.subList(0, max) : buckets;
        var answer = XmlWriter.document("ListAllMyBucketsResult");
        UploadListings.owner(answer, "Owner", exchange.caller());
        answer.open("Buckets");
        for (var bucket : shown) {
            answer.open("Bucket")
                    .element("Name", bucket.name())
                    .element("CreationDate", S3Exchange.xmlDate(bucket.createdAt()))
                    .element("BucketRegion", bucket.region())
                    .close("Bucket");
        }
        answer.close("Buckets");
        if (truncated && !shown.isEmpty()) {
            answer.element("ContinuationToken", shown.getLast().name());
        }
        exchange.xml(answer.close("ListAllMyBucketsResult"));
    }

    void create(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        if (!BucketNames.isValid(request.bucket())) {
            throw S3Errors.invalidBucketName();
        }
        ObjectHeaders.refuseUnsupported(request);
        if (request.header("x-amz-bucket-object-lock-enabled")
                .filter("true"::equalsIgnoreCase)
                .isPresent()) {
            throw S3Errors.notImplemented("Object Lock");
        }
        var body = exchange.incoming().read(MAX_BODY_BYTES);
        var location = body.length == 0
                ? Optional.<String>empty()
                : XmlElement.parse(body, "CreateBucketConfiguration").value("LocationConstraint");
        var name = request.bucket();
        store.transactions().call(session -> {
            var owner = exchange.caller().asOwner();
            if (!store.buckets()
                    .create(
                            session,
                            name,
                            owner,
                            location.filter(l -> !l.isEmpty()).orElse(region))) {
                var mine = store.buckets()
                        .find(session, name)
                        .filter(bucket -> bucket.accountId().equals(owner.accountId()))
                        .isPresent();
                throw mine ? S3Errors.alreadyOwned() : S3Errors.alreadyExists();
            }
            return true;
        });
        exchange.header("Location", "/" + name);
        exchange.ok();
    }

    void head(S3Exchange exchange) {
        var bucket = store.bucket(exchange);
        exchange.header("x-amz-bucket-region", bucket.region());
        exchange.header("x-amz-access-point-alias", "false");
        exchange.header("Content-Type", "application/xml");
        exchange.ok();
    }

    void delete(S3Exchange exchange) {
        store.transactions().call(session -> {
            var bucket = store.bucket(session, exchange.request().bucket(), exchange.caller());
            if (!store.buckets().delete(session, store.uploads(), bucket)) {
                throw S3Errors.bucketNotEmpty();
            }
            return true;
        });
        exchange.noContent();
    }

    void location(S3Exchange exchange) {
        var bucket = store.bucket(exchange);
        // The oldest region has no name here, as in S3 itself.
        var shown = bucket.region().equals(CLASSIC_REGION) ? "" : bucket.region();
        exchange.xml(new XmlWriter().root("LocationConstraint", shown));
    }

    /** Answers the read of a setting; false when the request asks for none. */
    boolean readSetting(S3Exchange exchange) {
        var request = exchange.request();
        for (var parameter : request.parameters().keySet()) {
            if (ABSENT.containsKey(parameter) || EMPTY.containsKey(parameter) || OTHER_SETTINGS.contains(parameter)) {
                answerSetting(exchange, parameter, store.bucket(exchange));
                return true;
            }
        }
        return false;
    }

    private static void answerSetting(S3Exchange exchange, String setting, BucketRow bucket) {
        var absent = ABSENT.get(setting);
        if (absent != null) {
            throw S3Errors.notThere(absent.getKey(), absent.getValue());
        }
        var empty = EMPTY.get(setting);
        if (empty != null) {
            exchange.xml(XmlWriter.document(empty).close(empty));
            return;
        }
        switch (setting) {
            case "acl" -> exchange.xml(ownerOnly(bucket));
            case "requestPayment" ->
                exchange.xml(XmlWriter.document("RequestPaymentConfiguration")
                        .element("Payer", "BucketOwner")
                        .close("RequestPaymentConfiguration"));
            default ->
                exchange.xml(XmlWriter.document("PolicyStatus")
                        .element("IsPublic", "false")
                        .close("PolicyStatus"));
        }
    }

    /** The access control list of everything in Walrus: full control for the owner's account, nothing for others. */
    static XmlWriter ownerOnly(BucketRow bucket) {
        return XmlWriter.document("AccessControlPolicy")
                .open("Owner")
                .element("ID", bucket.canonicalId())
                .element("DisplayName", bucket.ownerName())
                .close("Owner")
                .open("AccessControlList")
                .open("Grant")
                .openCanonicalUser("Grantee")
                .element("ID", bucket.canonicalId())
                .element("DisplayName", bucket.ownerName())
                .close("Grantee")
                .element("Permission", "FULL_CONTROL")
                .close("Grant")
                .close("AccessControlList")
                .close("AccessControlPolicy");
    }
}
