package io.coppice.walrus.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The operations of S3 with the IAM action that each needs (Amazon S3 User Guide, "Required permissions for Amazon S3 API
 * operations"). Those with a subresource are found by method and its name.
 */
public enum S3Operation {
    LIST_BUCKETS("s3:ListAllMyBuckets", Level.SERVICE),
    CREATE_BUCKET("s3:CreateBucket", Level.BUCKET),
    HEAD_BUCKET("s3:ListBucket", Level.BUCKET),
    DELETE_BUCKET("s3:DeleteBucket", Level.BUCKET),
    LIST_OBJECTS("s3:ListBucket", Level.BUCKET),
    LIST_OBJECT_VERSIONS("s3:ListBucketVersions", Level.BUCKET, "GET versions"),
    LIST_MULTIPART_UPLOADS("s3:ListBucketMultipartUploads", Level.BUCKET, "GET uploads"),
    GET_BUCKET_LOCATION("s3:GetBucketLocation", Level.BUCKET, "GET location"),
    GET_BUCKET_ACL("s3:GetBucketAcl", Level.BUCKET, "GET acl"),
    PUT_BUCKET_ACL("s3:PutBucketAcl", Level.BUCKET, "PUT acl"),
    GET_BUCKET_POLICY("s3:GetBucketPolicy", Level.BUCKET, "GET policy"),
    PUT_BUCKET_POLICY("s3:PutBucketPolicy", Level.BUCKET, "PUT policy"),
    DELETE_BUCKET_POLICY("s3:DeleteBucketPolicy", Level.BUCKET, "DELETE policy"),
    GET_BUCKET_POLICY_STATUS("s3:GetBucketPolicyStatus", Level.BUCKET, "GET policyStatus"),
    GET_BUCKET_CORS("s3:GetBucketCORS", Level.BUCKET, "GET cors"),
    PUT_BUCKET_CORS("s3:PutBucketCORS", Level.BUCKET, "PUT cors"),
    DELETE_BUCKET_CORS("s3:PutBucketCORS", Level.BUCKET, "DELETE cors"),
    GET_BUCKET_WEBSITE("s3:GetBucketWebsite", Level.BUCKET, "GET website"),
    PUT_BUCKET_WEBSITE("s3:PutBucketWebsite", Level.BUCKET, "PUT website"),
    DELETE_BUCKET_WEBSITE("s3:DeleteBucketWebsite", Level.BUCKET, "DELETE website"),
    GET_BUCKET_LIFECYCLE("s3:GetLifecycleConfiguration", Level.BUCKET, "GET lifecycle"),
    PUT_BUCKET_LIFECYCLE("s3:PutLifecycleConfiguration", Level.BUCKET, "PUT lifecycle"),
    DELETE_BUCKET_LIFECYCLE("s3:PutLifecycleConfiguration", Level.BUCKET, "DELETE lifecycle"),
    GET_BUCKET_REPLICATION("s3:GetReplicationConfiguration", Level.BUCKET, "GET replication"),
    PUT_BUCKET_REPLICATION("s3:PutReplicationConfiguration", Level.BUCKET, "PUT replication"),
    DELETE_BUCKET_REPLICATION("s3:PutReplicationConfiguration", Level.BUCKET, "DELETE replication"),
    GET_BUCKET_ENCRYPTION("s3:GetEncryptionConfiguration", Level.BUCKET, "GET encryption"),
    PUT_BUCKET_ENCRYPTION("s3:PutEncryptionConfiguration", Level.BUCKET, "PUT encryption"),
    DELETE_BUCKET_ENCRYPTION("s3:PutEncryptionConfiguration", Level.BUCKET, "DELETE encryption"),
    GET_BUCKET_OBJECT_LOCK("s3:GetBucketObjectLockConfiguration", Level.BUCKET, "GET object-lock"),
    PUT_BUCKET_OBJECT_LOCK("s3:PutBucketObjectLockConfiguration", Level.BUCKET, "PUT object-lock"),
    GET_BUCKET_TAGGING("s3:GetBucketTagging", Level.BUCKET, "GET tagging"),
    PUT_BUCKET_TAGGING("s3:PutBucketTagging", Level.BUCKET, "PUT tagging"),
    DELETE_BUCKET_TAGGING("s3:PutBucketTagging", Level.BUCKET, "DELETE tagging"),
    GET_PUBLIC_ACCESS_BLOCK("s3:GetBucketPublicAccessBlock", Level.BUCKET, "GET publicAccessBlock"),
    PUT_PUBLIC_ACCESS_BLOCK("s3:PutBucketPublicAccessBlock", Level.BUCKET, "PUT publicAccessBlock"),
    DELETE_PUBLIC_ACCESS_BLOCK("s3:PutBucketPublicAccessBlock", Level.BUCKET, "DELETE publicAccessBlock"),
    GET_OWNERSHIP_CONTROLS("s3:GetBucketOwnershipControls", Level.BUCKET, "GET ownershipControls"),
    PUT_OWNERSHIP_CONTROLS("s3:PutBucketOwnershipControls", Level.BUCKET, "PUT ownershipControls"),
    DELETE_OWNERSHIP_CONTROLS("s3:PutBucketOwnershipControls", Level.BUCKET, "DELETE ownershipControls"),
    GET_BUCKET_VERSIONING("s3:GetBucketVersioning", Level.BUCKET, "GET versioning"),
    PUT_BUCKET_VERSIONING("s3:PutBucketVersioning", Level.BUCKET, "PUT versioning"),
    GET_BUCKET_ACCELERATE("s3:GetAccelerateConfiguration", Level.BUCKET, "GET accelerate"),
    PUT_BUCKET_ACCELERATE("s3:PutAccelerateConfiguration", Level.BUCKET, "PUT accelerate"),
    GET_BUCKET_LOGGING("s3:GetBucketLogging", Level.BUCKET, "GET logging"),
    PUT_BUCKET_LOGGING("s3:PutBucketLogging", Level.BUCKET, "PUT logging"),
    GET_BUCKET_NOTIFICATION("s3:GetBucketNotification", Level.BUCKET, "GET notification"),
    PUT_BUCKET_NOTIFICATION("s3:PutBucketNotification", Level.BUCKET, "PUT notification"),
    GET_BUCKET_REQUEST_PAYMENT("s3:GetBucketRequestPayment", Level.BUCKET, "GET requestPayment"),
    PUT_BUCKET_REQUEST_PAYMENT("s3:PutBucketRequestPayment", Level.BUCKET, "PUT requestPayment"),
    GET_BUCKET_INVENTORY("s3:GetInventoryConfiguration", Level.BUCKET, "GET inventory"),
    PUT_BUCKET_INVENTORY("s3:PutInventoryConfiguration", Level.BUCKET, "PUT inventory"),
    GET_BUCKET_ANALYTICS("s3:GetAnalyticsConfiguration", Level.BUCKET, "GET analytics"),
    PUT_BUCKET_ANALYTICS("s3:PutAnalyticsConfiguration", Level.BUCKET, "PUT analytics"),
    GET_BUCKET_METRICS("s3:GetMetricsConfiguration", Level.BUCKET, "GET metrics"),
    PUT_BUCKET_METRICS("s3:PutMetricsConfiguration", Level.BUCKET, "PUT metrics"),
    /** Every key in the body is asked for by itself; the whole of them needs no permission. */
    DELETE_OBJECTS("s3:DeleteObject", Level.EACH_OBJECT, "POST delete"),
    /** The key stands in the form, so it is asked for when that was read. */
    POST_OBJECT("s3:PutObject", Level.EACH_OBJECT),

    GET_OBJECT("s3:GetObject", Level.OBJECT),
    PUT_OBJECT("s3:PutObject", Level.OBJECT),
    DELETE_OBJECT("s3:DeleteObject", Level.OBJECT),
    GET_OBJECT_VERSION("s3:GetObjectVersion", Level.OBJECT, "GET versionId"),
    DELETE_OBJECT_VERSION("s3:DeleteObjectVersion", Level.OBJECT, "DELETE versionId"),
    GET_OBJECT_ATTRIBUTES("s3:GetObjectAttributes", Level.OBJECT, "GET attributes"),
    GET_OBJECT_ACL("s3:GetObjectAcl", Level.OBJECT, "GET acl"),
    PUT_OBJECT_ACL("s3:PutObjectAcl", Level.OBJECT, "PUT acl"),
    GET_OBJECT_TAGGING("s3:GetObjectTagging", Level.OBJECT, "GET tagging"),
    PUT_OBJECT_TAGGING("s3:PutObjectTagging", Level.OBJECT, "PUT tagging"),
    DELETE_OBJECT_TAGGING("s3:DeleteObjectTagging", Level.OBJECT, "DELETE tagging"),
    GET_OBJECT_RETENTION("s3:GetObjectRetention", Level.OBJECT, "GET retention"),
    PUT_OBJECT_RETENTION("s3:PutObjectRetention", Level.OBJECT, "PUT retention"),
    GET_OBJECT_LEGAL_HOLD("s3:GetObjectLegalHold", Level.OBJECT, "GET legal-hold"),
    PUT_OBJECT_LEGAL_HOLD("s3:PutObjectLegalHold", Level.OBJECT, "PUT legal-hold"),
    RESTORE_OBJECT("s3:RestoreObject", Level.OBJECT, "POST restore"),
    SELECT_OBJECT_CONTENT("s3:GetObject", Level.OBJECT, "POST select"),
    CREATE_MULTIPART_UPLOAD("s3:PutObject", Level.OBJECT, "POST uploads"),
    UPLOAD_PART("s3:PutObject", Level.OBJECT, "PUT uploadId"),
    COMPLETE_MULTIPART_UPLOAD("s3:PutObject", Level.OBJECT, "POST uploadId"),
    ABORT_MULTIPART_UPLOAD("s3:AbortMultipartUpload", Level.OBJECT, "DELETE uploadId"),
    LIST_PARTS("s3:ListMultipartUploadParts", Level.OBJECT, "GET uploadId");

    private static final Map<String, S3Operation> OF_BUCKETS = bySubresource(Level.BUCKET, Level.EACH_OBJECT);
    private static final Map<String, S3Operation> OF_OBJECTS = bySubresource(Level.OBJECT);

    private final String action;
    private final Level level;
    private final String subresource;

    S3Operation(String action, Level level) {
        this(action, level, "");
    }

    S3Operation(String action, Level level, String subresource) {
        this.action = action;
        this.level = level;
        this.subresource = subresource;
    }

    /** The action in policies. */
    public String action() {
        return action;
    }

    /** Method and subresource; empty for plain requests. */
    public String subresource() {
        return subresource;
    }

    /** What its ARN names. */
    public Level level() {
        return level;
    }

    /**
     * The operations that a request may come to be. A request that names several subresources is asked for all of them, so
     * that it does not matter which of them is carried out; none when no operation has such a method.
     *
     * @param parameters names of the query's parameters
     */
    public static List<S3Operation> of(
            String method, boolean hasBucket, boolean hasKey, Collection<String> parameters) {
        if (!hasBucket) {
            return List.of(LIST_BUCKETS);
        }
        if (!hasKey && method.equals("HEAD")) {
            return List.of(HEAD_BUCKET);
        }
        if (parameters.isEmpty()) {
            return hasKey ? plainOnObject(method) : plainOnBucket(method);
        }
        var read = method.equals("HEAD") ? "GET" : method;
        var subresources = hasKey ? OF_OBJECTS : OF_BUCKETS;
        var named = parameters.stream()
                .flatMap(parameter -> Stream.ofNullable(subresources.get(read + " " + parameter)))
                .sorted()
                .toList();
        return named.isEmpty() ? (hasKey ? plainOnObject(method) : plainOnBucket(method)) : named;
    }

    private static List<S3Operation> plainOnBucket(String method) {
        return switch (method) {
            case "GET" -> List.of(LIST_OBJECTS);
            case "PUT" -> List.of(CREATE_BUCKET);
            case "DELETE" -> List.of(DELETE_BUCKET);
            case "POST" -> List.of(POST_OBJECT);
            default -> List.of();
        };
    }

    private static List<S3Operation> plainOnObject(String method) {
        return switch (method) {
            case "GET", "HEAD" -> List.of(GET_OBJECT);
            case "PUT" -> List.of(PUT_OBJECT);
            case "DELETE" -> List.of(DELETE_OBJECT);
            default -> List.of();
        };
    }

    private static Map<String, S3Operation> bySubresource(Level... levels) {
        return Arrays.stream(values())
                .filter(each -> Arrays.asList(levels).contains(each.level) && !each.subresource.isEmpty())
                .collect(Collectors.toUnmodifiableMap(each -> each.subresource, Function.identity()));
    }

    /** What the ARN of an operation names. */
    public enum Level {
        SERVICE("`*`"),
        BUCKET("the bucket"),
        OBJECT("the object"),
        EACH_OBJECT("every object named");

        private final String words;

        Level(String words) {
            this.words = words;
        }

        /** For the reference. */
        public String words() {
            return words;
        }
    }
}
