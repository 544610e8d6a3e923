package io.coppice.cloud.identity.sts;

import io.coppice.wire.error.AwsException;

/** What STS answers when it cannot (STS API Reference, the "Errors" of each action). */
final class StsErrors {
    private static final int FORBIDDEN = 403;

    private StsErrors() {}

    /** {@code AccessDenied}: somebody may not do something to a resource, which need not exist. */
    static AwsException denied(String arn, String action, String resource) {
        return denied("User: " + arn + " is not authorized to perform: " + action + " on resource: " + resource);
    }

    /** {@code AccessDenied} in these words. */
    static AwsException denied(String message) {
        return AwsException.of("AccessDenied", FORBIDDEN, message);
    }

    /** {@code AccessDenied} of a code of an MFA device. */
    static AwsException badCode() {
        return denied("MultiFactorAuthentication failed with invalid MFA one time pass code.");
    }

    /** {@code InvalidParameterValue} in these words. */
    static AwsException parameter(String message) {
        return AwsException.client("InvalidParameterValue", message);
    }

    /** {@code InvalidIdentityToken} in these words. */
    static AwsException identityToken(String message) {
        return AwsException.client("InvalidIdentityToken", message);
    }

    /** {@code ExpiredTokenException}: the token of an identity provider is too old. */
    static AwsException expiredIdentityToken(String message) {
        return AwsException.client("ExpiredTokenException", message);
    }

    /** {@code IDPCommunicationError}: the identity provider does not answer. */
    static AwsException providerAway(String message) {
        return AwsException.client("IDPCommunicationError", message);
    }
}
