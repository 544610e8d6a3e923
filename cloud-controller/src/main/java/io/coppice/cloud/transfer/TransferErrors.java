package io.coppice.cloud.transfer;

import io.coppice.wire.error.AwsException;

/** What can go wrong with imports and exports, in AWS's words. */
final class TransferErrors {
    private TransferErrors() {}

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException invalid(String parameter, String value, String expected) {
        return AwsException.client(
                "InvalidParameterValue",
                "Invalid value '" + value + "' for parameter " + parameter + ": expecting " + expected);
    }

    static AwsException unsupported(String what) {
        return AwsException.client("UnsupportedOperation", what + " is not supported");
    }

    static AwsException objectNotReadable(String bucket, String key) {
        return AwsException.client(
                "InvalidParameter",
                "The object " + bucket + "/" + key + " does not exist, or you may not read it: upload it first");
    }

    static AwsException bucketNotWritable(String bucket) {
        return AwsException.client(
                "InvalidParameter", "The bucket " + bucket + " does not exist, or you may not write to it");
    }

    static AwsException storeAway() {
        return AwsException.of(
                "ServiceUnavailable", 503, "The object store does not answer now: try again in a moment");
    }

    static AwsException notFound(TaskKind kind, String id) {
        return AwsException.client(kind.notFoundCode(), "The task '" + id + "' does not exist");
    }

    static AwsException imageNotFound(String id) {
        return AwsException.client("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist");
    }

    static AwsException notOwner(String imageId) {
        return AwsException.client(
                "OperationNotPermitted", "Image " + imageId + " belongs to another account and cannot be exported");
    }

    static AwsException over(String id, TaskState state) {
        return AwsException.client("IncorrectState", "The task '" + id + "' is " + state.text() + " already");
    }

    static AwsException limitExceeded(int limit) {
        return AwsException.client(
                "ResourceLimitExceeded",
                "This account may have " + limit + " imports and exports under way: wait for one");
    }
}
