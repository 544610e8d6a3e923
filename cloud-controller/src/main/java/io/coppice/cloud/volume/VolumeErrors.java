package io.coppice.cloud.volume;

import io.coppice.wire.error.AwsException;

/** What can go wrong with volumes, in AWS's words. */
final class VolumeErrors {
    private static final String INVALID_VALUE = "InvalidParameterValue";
    private static final String INVALID_COMBINATION = "InvalidParameterCombination";

    private VolumeErrors() {}

    static AwsException notFound(String id) {
        return AwsException.client("InvalidVolume.NotFound", "The volume '" + id + "' does not exist.");
    }

    static AwsException inUse(String id, String instanceId) {
        return AwsException.client("VolumeInUse", "Volume " + id + " is currently attached to " + instanceId);
    }

    static AwsException malformed(String id) {
        return AwsException.client("InvalidVolumeID.Malformed", "Invalid id: \"" + id + "\" (expecting \"vol-...\")");
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException invalid(String parameter, String value) {
        return AwsException.client(INVALID_VALUE, "Value (" + value + ") for parameter " + parameter + " is invalid.");
    }

    static AwsException tooSmall(int gib, String type, int smallest) {
        return AwsException.client(
                INVALID_VALUE,
                "Volume of " + gib + "GiB is too small for volume type " + type + "; minimum is " + smallest + "GiB.");
    }

    static AwsException tooLarge(int gib, String type, int largest) {
        return AwsException.client(
                INVALID_VALUE,
                "Volume of " + gib + "GiB is too large for volume type " + type + "; maximum is " + largest + "GiB.");
    }

    static AwsException unknownType(String type) {
        return AwsException.client(
                "UnknownVolumeType",
                "Unsupported volume type '" + type + "': the types are gp2, gp3, io1, io2, st1, sc1 and standard");
    }

    static AwsException unsupported(String what) {
        return AwsException.client("UnsupportedOperation", what + " is not supported by this cloud");
    }

    static AwsException limitExceeded(String what) {
        return AwsException.client("VolumeLimitExceeded", "This account would have more than " + what);
    }

    static AwsException tokenReused(String token) {
        return AwsException.client(
                "IdempotentParameterMismatch",
                "The client token '" + token + "' was used before with other parameters: use a new token");
    }

    static AwsException alreadyAttached(String id) {
        return AwsException.client("VolumeInUse", id + " is already attached to an instance");
    }

    static AwsException notAvailable(String id) {
        return AwsException.client("IncorrectState", "Volume '" + id + "' is not 'available'.");
    }

    static AwsException notAttached(String id, String state) {
        return AwsException.client("IncorrectState", "Volume '" + id + "' is in the '" + state + "' state.");
    }

    static AwsException instanceNotReady(String instanceId) {
        return AwsException.client("IncorrectState", "Instance '" + instanceId + "' is not 'running'.");
    }

    static AwsException otherZone(String id, String instanceId) {
        return AwsException.client(
                "InvalidVolume.ZoneMismatch",
                "The volume '" + id + "' is not in the same availability zone as instance '" + instanceId + "'");
    }

    static AwsException badDevice(String device) {
        return AwsException.client(
                INVALID_VALUE,
                "Value (" + device + ") for parameter device is invalid. " + device
                        + " is not a valid EBS device name.");
    }

    static AwsException deviceTaken(String device) {
        return AwsException.client(
                INVALID_VALUE,
                "Invalid value '" + device + "' for unixDevice. Attachment point " + device + " is already in use");
    }

    static AwsException instanceLimit(String id, int most) {
        return AwsException.client(
                "AttachmentLimitExceeded", "Volume '" + id + "' is attached to " + most + " instances already");
    }

    static AwsException sharedRoot(String device) {
        return AwsException.client(
                INVALID_COMBINATION, "A Multi-Attach enabled volume cannot be attached as the root device " + device);
    }

    static AwsException cannotBeShared(String type) {
        return AwsException.client(
                INVALID_COMBINATION,
                "Multi-Attach is not supported for volume type '" + type + "': only io1 and io2 volumes can have it");
    }

    static AwsException sharedForEver(String id) {
        return AwsException.client(
                INVALID_COMBINATION, "Multi-Attach can be changed of io2 volumes only, and '" + id + "' is none");
    }

    static AwsException sharedType() {
        return AwsException.client(INVALID_COMBINATION, "The type of a Multi-Attach enabled volume cannot be changed");
    }

    static AwsException stillShared(String id) {
        return AwsException.client(
                "IncorrectState",
                "Multi-Attach of volume '" + id + "' can be disabled while it is attached to one instance at most");
    }

    static AwsException openedByItsHost(String id) {
        return AwsException.client(
                "IncorrectState",
                "Multi-Attach of volume '" + id + "' can be changed while it is attached to no instance: it is attached"
                        + " in a way that only one instance can have");
    }

    static AwsException attachmentLimit(int most) {
        return AwsException.client(
                "AttachmentLimitExceeded",
                "An instance of this cloud may have " + most + " volumes besides its root disk");
    }

    static AwsException attachmentNotFound(String id, String instanceId) {
        return AwsException.client(
                "InvalidAttachment.NotFound",
                "The volume '" + id + "' is not attached to instance '" + instanceId + "' in this way.");
    }

    static AwsException rootDisk(String id) {
        return AwsException.client(
                "OperationNotPermitted",
                "Unable to detach root volume '" + id + "' from its instance: it goes with the instance");
    }

    static AwsException rootOfRunning(String instanceId) {
        return AwsException.client(
                "OperationNotPermitted",
                "The root volume of instance '" + instanceId + "' can be changed while it is stopped only");
    }

    static AwsException rootOfStopped(String instanceId, String state) {
        return AwsException.client(
                "IncorrectInstanceState",
                "The instance '" + instanceId + "' is " + state
                        + ": its root volume can be replaced while it is running only");
    }

    static AwsException rootOnHost(String instanceId) {
        return AwsException.client(
                "UnsupportedOperation",
                "The root disk of instance '" + instanceId
                        + "' lies on its host and is no volume that could be replaced");
    }

    static AwsException noRootSnapshot(String rootDevice) {
        return AwsException.client(
                "InvalidBlockDeviceMapping",
                "The image has no root disk: map " + rootDevice
                        + ", which must be a first device such as /dev/sda1 or /dev/xvda, to a snapshot");
    }

    static AwsException shrunk() {
        return AwsException.client(INVALID_VALUE, "New size cannot be smaller than existing size");
    }

    static AwsException modificationUnderWay(String id) {
        return AwsException.client(
                "IncorrectModificationState",
                "Cannot modify volume " + id + ", currently in modification state MODIFYING");
    }

    static AwsException modificationNotFound(String id) {
        return AwsException.client(
                "InvalidVolumeModification.NotFound", "Modification for volume '" + id + "' does not exist.");
    }

    static AwsException malformedInstance(String id) {
        return AwsException.client("InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\" (expecting \"i-...\")");
    }
}
