package io.coppice.cloud.identity;

import io.coppice.wire.error.AwsException;

/** What IAM answers when it cannot (IAM API Reference, the "Errors" of each action). */
final class IamErrors {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private IamErrors() {}

    static AwsException noSuchUser(String name) {
        return AwsException.of("NoSuchEntity", NOT_FOUND, "The user with name " + name + " cannot be found.");
    }

    static AwsException noSuchKey(String id) {
        return AwsException.of("NoSuchEntity", NOT_FOUND, "The Access Key with id " + id + " cannot be found.");
    }

    static AwsException userExists(String name) {
        return AwsException.of("EntityAlreadyExists", CONFLICT, "User with name " + name + " already exists.");
    }

    static AwsException limitExceeded(String quota, int limit) {
        return AwsException.of("LimitExceeded", CONFLICT, "Cannot exceed quota for " + quota + ": " + limit);
    }

    static AwsException deleteConflict() {
        return AwsException.of("DeleteConflict", CONFLICT, "Cannot delete entity, must delete access keys first.");
    }

    static AwsException invalid(String parameter, String rule) {
        return AwsException.client(
                "ValidationError",
                "1 validation error detected: Value at '" + parameter + "' failed to satisfy constraint: " + rule);
    }

    static AwsException unsupported(String what) {
        return AwsException.client("UnsupportedOperation", what + " is not supported by this cloud yet.");
    }
}
