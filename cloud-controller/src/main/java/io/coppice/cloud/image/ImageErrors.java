package io.coppice.cloud.image;

import io.coppice.wire.error.AwsException;

/** What can go wrong with images, in AWS's words. */
final class ImageErrors {
    private static final String INVALID_VALUE = "InvalidParameterValue";
    private static final String INVALID_MANIFEST = "InvalidManifest";
    private static final int UNAVAILABLE = 503;

    private ImageErrors() {}

    static AwsException notFound(String id) {
        return AwsException.client("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist");
    }

    static AwsException malformed(String id) {
        return AwsException.client("InvalidAMIID.Malformed", "Invalid id: \"" + id + "\" (expecting \"ami-...\")");
    }

    static AwsException notAvailable(Image image) {
        var reason = image.state() == ImageState.FAILED
                ? ": " + image.stateReason()
                : ", it is " + image.state().text();
        return AwsException.client(
                "InvalidAMIID.Unavailable", "The image ID '" + image.id() + "' is not available" + reason);
    }

    static AwsException notOwner(String id) {
        return AwsException.client("AuthFailure", "Not authorized for image:" + id);
    }

    static AwsException protectedFromDeregistration(String id) {
        return AwsException.client(
                "OperationNotPermitted",
                "The image '" + id
                        + "' cannot be deregistered: deregistration protection is enabled, or its cooldown of"
                        + " 24 hours is not over. Call the DisableImageDeregistrationProtection API first.");
    }

    static AwsException notSharedWith(String id, String account) {
        return AwsException.client(
                "OperationNotPermitted",
                "The image '" + id + "' is not shared with account " + account
                        + " by its id: only such a launch permission can be cancelled");
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException invalid(String parameter, String value, String expected) {
        return AwsException.client(
                INVALID_VALUE, "Invalid value '" + value + "' for parameter " + parameter + ": expecting " + expected);
    }

    static AwsException cannotBeCopied(String instanceId, String state) {
        return AwsException.client(
                "IncorrectState",
                "Instance '" + instanceId + "' is " + state
                        + ": an image can be made of it when it is running or stopped");
    }

    static AwsException withoutRoot(String instanceId) {
        return AwsException.client(
                "IncorrectState", "Instance '" + instanceId + "' has no root volume now: attach one first");
    }

    static AwsException changedMeanwhile(String id) {
        return AwsException.client("IncorrectState", "The image '" + id + "' has changed meanwhile: try again");
    }

    static AwsException unsupported(String parameter) {
        return AwsException.client(
                "UnsupportedOperation",
                "The parameter " + parameter + " is not supported: register a disk image by ImageLocation=bucket/key");
    }

    static AwsException notHere(String parameter, String why) {
        return AwsException.client("Unsupported", "The parameter " + parameter + " is not supported here: " + why);
    }

    static AwsException notTrusted(String id) {
        return AwsException.client(
                "OperationNotPermitted",
                "The image '" + id + "' is not signed with a key that this cloud trusts, and may not be launched here");
    }

    static AwsException unsigned(String name) {
        return AwsException.client(
                "OperationNotPermitted",
                "The image " + name + " is not signed: register an object with its signature in the tag "
                        + ImageTrust.SIGNATURE_TAG);
    }

    static AwsException malformedName() {
        return AwsException.client(
                "InvalidAMIName.Malformed",
                "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and the "
                        + "characters ( ) [ ] . - / ' @ _ and spaces");
    }

    static AwsException duplicateName(String name, String id) {
        return AwsException.client("InvalidAMIName.Duplicate", "AMI name " + name + " is already in use by AMI " + id);
    }

    static AwsException limitExceeded(long limit) {
        return AwsException.client(
                "ResourceLimitExceeded",
                "This account may have " + limit + " images: deregister some that are not used");
    }

    /** Also for objects that the account may not read: AWS documents this code for both. */
    static AwsException objectNotReadable(String location, String reason) {
        return AwsException.client(
                INVALID_MANIFEST, "The object " + location + " does not exist or may not be read: " + reason);
    }

    static AwsException notAnImage(String location, String reason) {
        return AwsException.client(
                INVALID_MANIFEST, "The object " + location + " is not a disk image that can be launched: " + reason);
    }

    static AwsException storeAway() {
        return AwsException.of(
                "ServiceUnavailable", UNAVAILABLE, "The object store does not answer now: try again in a moment");
    }
}
