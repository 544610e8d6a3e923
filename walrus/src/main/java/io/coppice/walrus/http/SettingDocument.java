package io.coppice.walrus.http;

import io.coppice.walrus.accesslog.LogTarget;
import io.coppice.walrus.acl.Ownership;
import io.coppice.walrus.acl.PublicAccessBlock;
import io.coppice.walrus.cors.CorsRules;
import io.coppice.walrus.encryption.BucketEncryption;
import io.coppice.walrus.encryption.KeyStore;
import io.coppice.walrus.lifecycle.LifecycleDocuments;
import io.coppice.walrus.lock.LockRules;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.walrus.tagging.Tags;
import io.coppice.walrus.website.WebsiteConfiguration;
import io.coppice.wire.error.AwsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The settings that are a document: under which subresource they stand, and what answers where there is none. */
enum SettingDocument {
    POLICY("policy", BucketSetting.POLICY, "NoSuchBucketPolicy", "The bucket policy does not exist"),
    CORS("cors", BucketSetting.CORS, "NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    WEBSITE(
            "website",
            BucketSetting.WEBSITE,
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration"),
    LIFECYCLE(
            "lifecycle",
            BucketSetting.LIFECYCLE,
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist"),
    ENCRYPTION(
            "encryption",
            BucketSetting.ENCRYPTION,
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found"),
    OBJECT_LOCK(
            "object-lock",
            BucketSetting.OBJECT_LOCK,
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket"),
    TAGGING("tagging", BucketSetting.TAGGING, "NoSuchTagSet", "The TagSet does not exist"),
    PUBLIC_ACCESS_BLOCK(
            "publicAccessBlock",
            BucketSetting.PUBLIC_ACCESS_BLOCK,
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found"),
    OWNERSHIP_CONTROLS(
            "ownershipControls",
            BucketSetting.OWNERSHIP_CONTROLS,
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found"),
    LOGGING("logging", BucketSetting.LOGGING, "", ""),
    NOTIFICATION("notification", BucketSetting.NOTIFICATION, "", ""),
    REQUEST_PAYMENT("requestPayment", BucketSetting.REQUEST_PAYMENT, "", "");

    private final String parameter;
    private final BucketSetting setting;
    private final String code;
    private final String message;

    SettingDocument(String parameter, BucketSetting setting, String code, String message) {
        this.parameter = parameter;
        this.setting = setting;
        this.code = code;
        this.message = message;
    }

    /** The setting that a request is about. */
    static Optional<SettingDocument> of(S3Request request) {
        return Arrays.stream(values())
                .filter(each -> request.has(each.parameter))
                .findFirst();
    }

    BucketSetting setting() {
        return setting;
    }

    boolean removable() {
        return this != OBJECT_LOCK && this != LOGGING && this != NOTIFICATION && this != REQUEST_PAYMENT;
    }

    AwsException absent() {
        return S3Errors.notThere(code, message);
    }

    /** What answers in place of an error where nothing was set. */
    Optional<String> whenAbsent() {
        return switch (this) {
            case LOGGING ->
                Optional.of(XmlWriter.document("BucketLoggingStatus")
                        .close("BucketLoggingStatus")
                        .toString());
            case NOTIFICATION ->
                Optional.of(XmlWriter.document("NotificationConfiguration")
                        .close("NotificationConfiguration")
                        .toString());
            case REQUEST_PAYMENT ->
                Optional.of(XmlWriter.document("RequestPaymentConfiguration")
                        .element("Payer", "BucketOwner")
                        .close("RequestPaymentConfiguration")
                        .toString());
            default -> Optional.empty();
        };
    }

    /** Checks a document and gives what is to be kept of it; empty to keep nothing. Policies are checked elsewhere. */
    Optional<String> check(byte[] document, BucketRow bucket, KeyStore keys) {
        var asItCame = Optional.of(new String(document, StandardCharsets.UTF_8));
        return switch (this) {
            case POLICY -> throw new IllegalArgumentException("policies are JSON");
            case NOTIFICATION ->
                throw new IllegalArgumentException("notifications are checked with their destinations");
            case CORS -> {
                CorsRules.parse(document);
                yield asItCame;
            }
            case WEBSITE -> {
                WebsiteConfiguration.parse(document);
                yield asItCame;
            }
            case LIFECYCLE -> Optional.of(LifecycleDocuments.parse(document).document());
            case ENCRYPTION -> {
                keys.checkKeyId(BucketEncryption.parse(document).keyId());
                yield asItCame;
            }
            case OBJECT_LOCK -> {
                LockRules.parseConfiguration(document);
                yield asItCame;
            }
            case TAGGING ->
                Optional.of(Tags.ofDocument(document, Tags.MAX_OF_BUCKET).orElse(""));
            case PUBLIC_ACCESS_BLOCK -> Optional.of(block(PublicAccessBlock.parse(document)));
            case OWNERSHIP_CONTROLS -> Optional.of(Ownership.parse(document).document());
            case LOGGING -> LogTarget.parse(document).flatMap(target -> asItCame);
            case REQUEST_PAYMENT -> {
                var payer = XmlElement.parse(document, "RequestPaymentConfiguration")
                        .value("Payer");
                if (payer.filter(each -> each.equals("BucketOwner") || each.equals("Requester"))
                        .isEmpty()) {
                    throw S3Errors.malformedXml();
                }
                yield Optional.of(XmlWriter.document("RequestPaymentConfiguration")
                        .element("Payer", payer.get())
                        .close("RequestPaymentConfiguration")
                        .toString());
            }
        };
    }

    private static String block(PublicAccessBlock block) {
        return XmlWriter.document("PublicAccessBlockConfiguration")
                .element("BlockPublicAcls", block.blockPublicAcls())
                .element("IgnorePublicAcls", block.ignorePublicAcls())
                .element("BlockPublicPolicy", block.blockPublicPolicy())
                .element("RestrictPublicBuckets", block.restrictPublicBuckets())
                .close("PublicAccessBlockConfiguration")
                .toString();
    }
}
