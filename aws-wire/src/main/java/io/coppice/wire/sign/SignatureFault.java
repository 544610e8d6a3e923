package io.coppice.wire.sign;

/** What can be wrong with a signature. {@link SignatureDialect#error} says how a service answers it. */
public enum SignatureFault {
    /** The request is not signed at all, where it must be. */
    MISSING,
    /** The {@code Authorization} header does not have the documented form. */
    MALFORMED_HEADER,
    /** The {@code X-Amz-…} parameters of a presigned URL do not have the documented form. */
    MALFORMED_QUERY,
    /** No usable date was sent. */
    MALFORMED_DATE,
    /** A header that must be signed was sent without being signed. */
    UNSIGNED_HEADER,
    /** Nobody has this access key, or it is inactive. */
    UNKNOWN_KEY,
    /** The session token is none that this cloud gave for that access key, or it is missing or superfluous. */
    INVALID_TOKEN,
    /** The session that the token stands for has ended. */
    EXPIRED_TOKEN,
    /** The signature was made with another secret or over another request. */
    MISMATCH,
    /** The body is not the one that was signed. */
    PAYLOAD_MISMATCH,
    /** The request was signed too long ago, or in the future. */
    SKEWED,
    /** A presigned URL has outlived its life. */
    EXPIRED
}
