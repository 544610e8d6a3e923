package io.coppice.cloud.tag;

import io.coppice.wire.error.AwsException;

/** What can be wrong with tags, in AWS's words. */
final class TagErrors {
    private static final String INVALID_VALUE = "InvalidParameterValue";

    private TagErrors() {}

    static AwsException reservedKey(String key) {
        return AwsException.client(
                INVALID_VALUE, "Tag keys starting with 'aws:' are reserved for internal use: '" + key + "'");
    }

    static AwsException invalidKeyLength(int limit) {
        return AwsException.client(INVALID_VALUE, "Tag key must be 1 to " + limit + " characters long");
    }

    static AwsException invalidValueLength(String key, int limit) {
        return AwsException.client(
                INVALID_VALUE, "Tag value exceeds the maximum length of " + limit + " characters: key '" + key + "'");
    }

    static AwsException invalidCharacters(String key) {
        return AwsException.client(
                INVALID_VALUE, "Tag key or value holds a control character: key '" + printable(key) + "'");
    }

    static AwsException duplicateKey(String key) {
        return AwsException.client(INVALID_VALUE, "Duplicate tag key '" + key + "' specified.");
    }

    static AwsException limitExceeded(String resourceId, int limit) {
        return AwsException.client(
                "TagLimitExceeded",
                "The maximum number of tags for a resource is " + limit + ", and '" + resourceId + "' would have more");
    }

    static AwsException unknownResource(String id) {
        return AwsException.client("InvalidID", "The ID '" + id + "' is not valid");
    }

    static AwsException tooManyResources(int limit) {
        return AwsException.client(INVALID_VALUE, "The maximum number of resources in a single request is " + limit);
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException wrongResourceType(String resourceType) {
        return AwsException.client(
                INVALID_VALUE, "'" + resourceType + "' is not a valid taggable resource type for this operation.");
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
