package io.coppice.cloud.rootvolume;

import io.coppice.wire.error.AwsException;

/** What can go wrong with replacements of root volumes, in AWS's words where it has some. */
final class ReplacementErrors {
    private ReplacementErrors() {}

    static AwsException notFound(String id) {
        return AwsException.client(
                "InvalidReplaceRootVolumeTaskId.NotFound", "The replace root volume task '" + id + "' does not exist");
    }

    static AwsException malformed(String id) {
        return AwsException.client(
                "InvalidReplaceRootVolumeTaskId.Malformed",
                "Invalid id: \"" + id + "\" (expecting \"" + Replacements.PREFIX + "...\")");
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException snapshotAndImage() {
        return AwsException.client(
                "InvalidParameterCombination", "Only one of SnapshotId and ImageId can be specified");
    }

    static AwsException underWay(String instanceId, String id) {
        return AwsException.client(
                "IncorrectState",
                "The root volume of instance '" + instanceId + "' is being replaced by " + id + ": wait until it is");
    }

    static AwsException tooMany(String instanceId, int most) {
        return AwsException.client(
                "ResourceLimitExceeded",
                "The root volume of instance '" + instanceId + "' was replaced " + most + " times: launch another one");
    }

    static AwsException launchedEmpty(String instanceId) {
        return AwsException.client(
                "UnsupportedOperation",
                "The root volume of instance '" + instanceId
                        + "' was made from no snapshot: name a SnapshotId or ImageId");
    }

    static AwsException imageWithoutSnapshot(String imageId) {
        return AwsException.client(
                "UnsupportedOperation",
                "The root disk of image '" + imageId
                        + "' is no snapshot: only images of snapshots can replace a root volume");
    }
}
