package io.coppice.wire.sign;

import io.coppice.wire.error.AwsException;

/** Services differ in how they canonicalise a path and in the errors they answer. */
public enum SignatureDialect {
    /** EC2 and the services that took over its error codes. */
    EC2,
    /** IAM, STS and the other Query services. */
    QUERY,
    /** S3. */
    S3;

    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final String CREDENTIALS_NOT_VALIDATED =
            "AWS was not able to validate the provided access credentials";

    /**
     * The error as this service answers it (EC2 API Reference, "Error codes"; S3 API Reference, "Error responses"; IAM API
     * Reference, "Common errors").
     *
     * @param detail one sentence, used where the service's own answer tells details
     */
    public AwsException error(SignatureFault fault, String detail) {
        return switch (this) {
            case EC2 -> ec2(fault, detail);
            case QUERY -> query(fault, detail);
            case S3 -> s3(fault, detail);
        };
    }

    private static AwsException ec2(SignatureFault fault, String detail) {
        return switch (fault) {
            case MISSING ->
                AwsException.of("MissingAuthenticationToken", FORBIDDEN, "Request is missing Authentication Token");
            case MALFORMED_HEADER, MALFORMED_QUERY, UNSIGNED_HEADER, MALFORMED_DATE ->
                AwsException.of("IncompleteSignature", BAD_REQUEST, detail);
            case UNKNOWN_KEY, INVALID_TOKEN, MISMATCH, PAYLOAD_MISMATCH ->
                AwsException.of("AuthFailure", UNAUTHORIZED, CREDENTIALS_NOT_VALIDATED);
            case EXPIRED_TOKEN -> AwsException.of("RequestExpired", BAD_REQUEST, "Request has expired.");
            case SKEWED, EXPIRED -> AwsException.of("RequestExpired", BAD_REQUEST, "Request has expired. " + detail);
        };
    }

    private static AwsException query(SignatureFault fault, String detail) {
        return switch (fault) {
            case MISSING ->
                AwsException.of("MissingAuthenticationToken", FORBIDDEN, "Request is missing Authentication Token");
            case MALFORMED_HEADER, MALFORMED_QUERY, UNSIGNED_HEADER, MALFORMED_DATE ->
                AwsException.of("IncompleteSignature", BAD_REQUEST, detail);
            case UNKNOWN_KEY, INVALID_TOKEN ->
                AwsException.of(
                        "InvalidClientTokenId", FORBIDDEN, "The security token included in the request is invalid.");
            case EXPIRED_TOKEN ->
                AwsException.of("ExpiredToken", FORBIDDEN, "The security token included in the request is expired");
            case MISMATCH, PAYLOAD_MISMATCH ->
                AwsException.of(
                        "SignatureDoesNotMatch",
                        FORBIDDEN,
                        "The request signature we calculated does not match the signature you provided. Check your AWS"
                                + " Secret Access Key and signing method. Consult the service documentation for details.");
            case SKEWED, EXPIRED -> AwsException.of("SignatureDoesNotMatch", FORBIDDEN, "Signature expired: " + detail);
        };
    }

    private static AwsException s3(SignatureFault fault, String detail) {
        return switch (fault) {
            case MISSING -> AwsException.of("AccessDenied", FORBIDDEN, "Access Denied");
            case MALFORMED_HEADER -> AwsException.of("AuthorizationHeaderMalformed", BAD_REQUEST, detail);
            case MALFORMED_QUERY -> AwsException.of("AuthorizationQueryParametersError", BAD_REQUEST, detail);
            case MALFORMED_DATE, UNSIGNED_HEADER -> AwsException.of("AccessDenied", FORBIDDEN, detail);
            case UNKNOWN_KEY ->
                AwsException.of(
                        "InvalidAccessKeyId",
                        FORBIDDEN,
                        "The AWS Access Key Id you provided does not exist in our records.");
            case INVALID_TOKEN ->
                AwsException.of("InvalidToken", BAD_REQUEST, "The provided token is malformed or otherwise invalid.");
            case EXPIRED_TOKEN -> AwsException.of("ExpiredToken", BAD_REQUEST, "The provided token has expired.");
            case MISMATCH ->
                AwsException.of(
                        "SignatureDoesNotMatch",
                        FORBIDDEN,
                        "The request signature we calculated does not match the signature you provided. Check your key"
                                + " and signing method.");
            case PAYLOAD_MISMATCH ->
                AwsException.of(
                        "XAmzContentSHA256Mismatch",
                        BAD_REQUEST,
                        "The provided 'x-amz-content-sha256' header does not match what was computed.");
            case SKEWED ->
                AwsException.of(
                        "RequestTimeTooSkewed",
                        FORBIDDEN,
                        "The difference between the request time and the current time is too large.");
            case EXPIRED -> AwsException.of("AccessDenied", FORBIDDEN, "Request has expired");
        };
    }
}
