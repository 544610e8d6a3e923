package io.coppice.walrus.protocol;

import io.coppice.wire.error.AwsException;

/** The errors of S3 that Walrus answers (S3 API Reference, "Error responses"). */
public final class S3Errors {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int CONFLICT = 409;
    private static final int LENGTH_REQUIRED = 411;
    private static final int PRECONDITION_FAILED = 412;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int INTERNAL = 500;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int UNAVAILABLE = 503;
    private static final int INSUFFICIENT_STORAGE = 507;

    private S3Errors() {}

    public static AwsException noSuchBucket() {
        return AwsException.of("NoSuchBucket", NOT_FOUND, "The specified bucket does not exist");
    }

    /** Of a location that is no region at all. */
    public static AwsException invalidLocation() {
        return AwsException.client("InvalidLocationConstraint", "The specified location-constraint is not valid");
    }

    /** Of a region for which buckets are not made here. */
    public static AwsException foreignLocation(String location) {
        return AwsException.client(
                "IllegalLocationConstraintException",
                "The " + location + " location constraint is incompatible for the region specific endpoint this"
                        + " request was sent to.");
    }

    public static AwsException noSuchKey() {
        return AwsException.of("NoSuchKey", NOT_FOUND, "The specified key does not exist.");
    }

    public static AwsException noSuchVersion() {
        return AwsException.of("NoSuchVersion", NOT_FOUND, "The specified version does not exist.");
    }

    public static AwsException invalidVersionId() {
        return AwsException.client("InvalidArgument", "Invalid version id specified");
    }

    /** Of a version that object lock keeps. */
    public static AwsException locked() {
        return AwsException.of("AccessDenied", FORBIDDEN, "Access Denied because object protected by object lock.");
    }

    public static AwsException noSuchUpload() {
        return AwsException.of(
                "NoSuchUpload",
                NOT_FOUND,
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted"
                        + " or completed.");
    }

    public static AwsException notThere(String code, String message) {
        return AwsException.of(code, NOT_FOUND, message);
    }

    /** By a policy; the reason tells user, action and resource. */
    public static AwsException accessDenied(String reason) {
        return AwsException.of("AccessDenied", FORBIDDEN, reason);
    }

    public static AwsException accessDenied() {
        return AwsException.of("AccessDenied", FORBIDDEN, "Access Denied");
    }

    public static AwsException alreadyOwned() {
        return AwsException.of(
                "BucketAlreadyOwnedByYou",
                CONFLICT,
                "Your previous request to create the named bucket succeeded and you already own it.");
    }

    public static AwsException alreadyExists() {
        return AwsException.of(
                "BucketAlreadyExists",
                CONFLICT,
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system."
                        + " Select a different name and try again.");
    }

    public static AwsException bucketNotEmpty() {
        return AwsException.of("BucketNotEmpty", CONFLICT, "The bucket you tried to delete is not empty");
    }

    public static AwsException invalidBucketName() {
        return AwsException.client("InvalidBucketName", "The specified bucket is not valid.");
    }

    public static AwsException invalidArgument(String message) {
        return AwsException.client("InvalidArgument", message);
    }

    public static AwsException invalidRequest(String message) {
        return AwsException.client("InvalidRequest", message);
    }

    public static AwsException badRequest(String message) {
        return AwsException.client("BadRequest", message);
    }

    public static AwsException notAllowedCrossOrigin() {
        return AwsException.of(
                "AccessForbidden",
                FORBIDDEN,
                "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, request"
                        + " method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted"
                        + " by the resource's CORS spec.");
    }

    public static AwsException keyTooLong() {
        return AwsException.client("KeyTooLongError", "Your key is too long");
    }

    public static AwsException malformedXml() {
        return AwsException.client(
                "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our published schema");
    }

    public static AwsException missingContentLength() {
        return AwsException.of(
                "MissingContentLength", LENGTH_REQUIRED, "You must provide the Content-Length HTTP header.");
    }

    public static AwsException entityTooLarge() {
        return AwsException.client("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
    }

    public static AwsException entityTooSmall() {
        return AwsException.client("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
    }

    public static AwsException metadataTooLarge() {
        return AwsException.client(
                "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
    }

    public static AwsException invalidPart() {
        return AwsException.client(
                "InvalidPart",
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the"
                        + " specified entity tag may not match the part's entity tag.");
    }

    public static AwsException invalidPartOrder() {
        return AwsException.client(
                "InvalidPartOrder",
                "The list of parts was not in ascending order. Parts must be ordered by part number.");
    }

    public static AwsException invalidDigest() {
        return AwsException.client("InvalidDigest", "The Content-MD5 you specified is not valid.");
    }

    public static AwsException badDigest(String message) {
        return AwsException.client("BadDigest", message);
    }

    public static AwsException preconditionFailed() {
        return AwsException.of(
                "PreconditionFailed",
                PRECONDITION_FAILED,
                "At least one of the pre-conditions you specified did not hold");
    }

    public static AwsException invalidRange() {
        return AwsException.of("InvalidRange", RANGE_NOT_SATISFIABLE, "The requested range is not satisfiable");
    }

    public static AwsException methodNotAllowed() {
        return AwsException.of(
                "MethodNotAllowed", METHOD_NOT_ALLOWED, "The specified method is not allowed against this resource.");
    }

    public static AwsException notImplemented(String what) {
        return AwsException.of("NotImplemented", NOT_IMPLEMENTED, what + " is not implemented.");
    }

    public static AwsException operationAborted() {
        return AwsException.of(
                "OperationAborted",
                CONFLICT,
                "A conflicting conditional operation is currently in progress against this resource. Try again.");
    }

    public static AwsException slowDown() {
        return AwsException.of("SlowDown", UNAVAILABLE, "Please reduce your request rate.");
    }

    public static AwsException unavailable() {
        return AwsException.of("ServiceUnavailable", UNAVAILABLE, "Please try again.");
    }

    public static AwsException storageFull() {
        return AwsException.of(
                "InsufficientStorage", INSUFFICIENT_STORAGE, "There is no room for the object. Nothing was stored.");
    }

    public static AwsException requestTimeout() {
        return AwsException.client(
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the timeout period.");
    }

    public static AwsException internal() {
        return AwsException.of("InternalError", INTERNAL, "We encountered an internal error. Please try again.");
    }
}
