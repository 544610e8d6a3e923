package io.coppice.cloud.identity.entity;

import io.coppice.wire.error.AwsException;

/** What IAM answers when it cannot (IAM API Reference, the "Errors" of each action). */
public final class IamErrors {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int LONGEST_SHOWN = 128;

    private IamErrors() {}

    /** {@code NoSuchEntity} about something by its name. */
    public static AwsException notFound(EntityKind kind, String name) {
        return noSuchEntity(kind.notFoundMessage(name));
    }

    /** {@code NoSuchEntity} in these words. */
    public static AwsException noSuchEntity(String message) {
        return AwsException.of("NoSuchEntity", NOT_FOUND, message);
    }

    /** {@code EntityAlreadyExists} about something by its name. */
    public static AwsException exists(EntityKind kind, String name) {
        return alreadyExists(kind.existsMessage(name));
    }

    /** {@code EntityAlreadyExists} in these words. */
    public static AwsException alreadyExists(String message) {
        return AwsException.of("EntityAlreadyExists", CONFLICT, message);
    }

    /** {@code LimitExceeded} of a quota. */
    public static AwsException limitExceeded(String quota, long limit) {
        return limitExceeded("Cannot exceed quota for " + quota + ": " + limit);
    }

    /** {@code LimitExceeded} in these words. */
    public static AwsException limitExceeded(String message) {
        return AwsException.of("LimitExceeded", CONFLICT, message);
    }

    /** {@code DeleteConflict}: what must be done before, for example {@code must delete policies first}. */
    public static AwsException deleteConflict(String before) {
        return AwsException.of("DeleteConflict", CONFLICT, "Cannot delete entity, " + before + ".");
    }

    /** {@code DeleteConflict} in these words. */
    public static AwsException deleteConflictOf(String message) {
        return AwsException.of("DeleteConflict", CONFLICT, message);
    }

    /** {@code ValidationError} about a parameter without telling its value. */
    public static AwsException invalid(String parameter, String rule) {
        return validation(
                "1 validation error detected: Value at '" + parameter + "' failed to satisfy constraint: " + rule);
    }

    /** {@code ValidationError} about a parameter's value. Not for secrets. */
    public static AwsException invalid(String parameter, String value, String rule) {
        var shown = value.length() > LONGEST_SHOWN ? value.substring(0, LONGEST_SHOWN) + "..." : value;
        return validation("1 validation error detected: Value '" + shown + "' at '" + parameter
                + "' failed to satisfy constraint: " + rule);
    }

    /** {@code ValidationError} in these words. */
    public static AwsException validation(String message) {
        return AwsException.client("ValidationError", message);
    }

    /** {@code InvalidInput} in these words. */
    public static AwsException invalidInput(String message) {
        return AwsException.client("InvalidInput", message);
    }

    /** {@code MalformedPolicyDocument}, with what is wrong with it. */
    public static AwsException malformedPolicy(String message) {
        return AwsException.client("MalformedPolicyDocument", message);
    }
}
