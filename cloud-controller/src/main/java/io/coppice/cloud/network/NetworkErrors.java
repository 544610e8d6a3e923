package io.coppice.cloud.network;

import io.coppice.wire.error.AwsException;
import org.jspecify.annotations.Nullable;

/** What can be wrong with any request about networks, in AWS's codes; each feature has its own beside. */
public final class NetworkErrors {
    private NetworkErrors() {}

    /** A parameter that must be there. */
    public static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    /** The value of a parameter that must be there; throws {@code MissingParameter} when it is not. */
    public static String required(@Nullable String value, String parameter) {
        if (value == null || value.isEmpty()) {
            throw missing(parameter);
        }
        return value;
    }

    /** A value that cannot be. */
    public static AwsException invalid(String parameter, Object value, String why) {
        return AwsException.client(
                "InvalidParameterValue", "Value (" + value + ") for parameter " + parameter + " is invalid. " + why);
    }

    /** Parameters that exclude each other, or of which one is wanted. */
    public static AwsException combination(String why) {
        return AwsException.client("InvalidParameterCombination", why);
    }

    /** Something that must go first. */
    public static AwsException inUse(NetworkKind kind, String id) {
        return AwsException.client(
                "DependencyViolation",
                "The " + kind.resourceType() + " '" + id + "' has dependencies and cannot be deleted.");
    }

    /** As {@link #inUse}, saying what. */
    public static AwsException dependency(String why) {
        return AwsException.client("DependencyViolation", why);
    }

    /** A limit of the account or of the VPC. */
    public static AwsException limit(String code, String what, int limit) {
        return AwsException.client(
                code,
                "The maximum number of " + what + " has been reached: " + limit + ". Delete some, or ask the operator"
                        + " of this cloud for more.");
    }

    /** What this cloud does not have. */
    public static AwsException unsupported(String why) {
        return AwsException.client("UnsupportedOperation", why);
    }

    /** Something that is not allowed on this thing. */
    public static AwsException notPermitted(String why) {
        return AwsException.client("OperationNotPermitted", why);
    }
}
