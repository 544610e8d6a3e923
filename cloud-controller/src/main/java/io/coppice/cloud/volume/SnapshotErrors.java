package io.coppice.cloud.volume;

import io.coppice.wire.error.AwsException;

/** What can go wrong with snapshots, in AWS's words. */
final class SnapshotErrors {
    private SnapshotErrors() {}

    static AwsException notFound(String id) {
        return AwsException.client("InvalidSnapshot.NotFound", "The snapshot '" + id + "' does not exist.");
    }

    static AwsException malformed(String id) {
        return AwsException.client(
                "InvalidSnapshotID.Malformed", "Invalid id: \"" + id + "\" (expecting \"snap-...\")");
    }

    static AwsException notOwner(String id) {
        return AwsException.client("AuthFailure", "Not authorized for snapshot: " + id);
    }

    static AwsException notCompleted(String id) {
        return AwsException.client("IncorrectState", "Snapshot " + id + " is not in the 'completed' state.");
    }

    static AwsException volumeTooSmall(int gib, String id, int atLeast) {
        return AwsException.client(
                "InvalidParameterValue",
                "Volume of " + gib + "GiB is smaller than snapshot '" + id + "', expect size >= " + atLeast + "GiB");
    }

    /** AWS documents no code for it. */
    static AwsException locked(String id, SnapshotLock.State state) {
        return AwsException.client(
                "OperationNotPermitted",
                "The snapshot '" + id + "' is locked (" + state.text() + ") and cannot be deleted until its lock ends");
    }

    static AwsException lockedForGood(String id) {
        return AwsException.client(
                "OperationNotPermitted",
                "The snapshot '" + id
                        + "' is locked in compliance mode and its cooling-off period is over: only a longer"
                        + " lock in compliance mode is possible");
    }

    static AwsException notLocked(String id) {
        return AwsException.client("IncorrectState", "The snapshot '" + id + "' is not locked.");
    }

    static AwsException contradiction(String why) {
        return AwsException.client("InvalidParameterCombination", why);
    }

    static AwsException inUse(String id, String user) {
        return AwsException.client("InvalidSnapshot.InUse", "The snapshot " + id + " is currently in use by " + user);
    }

    static AwsException otherLineage(String id) {
        return AwsException.client(
                "InvalidParameterValue",
                "The snapshot '" + id + "' was not taken of the present or a former root volume of the instance");
    }

    static AwsException volumeNotReady(String volumeId, String state) {
        return AwsException.client(
                "IncorrectState", "Volume '" + volumeId + "' is in the '" + state + "' state and has no data yet.");
    }

    static AwsException rootDisk(String volumeId) {
        return AwsException.client(
                "UnsupportedOperation",
                "The root disk " + volumeId
                        + " lies on its instance's host, and this cloud takes snapshots of volumes only:"
                        + " keep data on a volume of its own");
    }

    static AwsException limitExceeded(int most) {
        return AwsException.client("SnapshotLimitExceeded", "This account would have more than " + most + " snapshots");
    }

    static AwsException otherZone(String id, String zone) {
        return AwsException.client(
                "UnsupportedOperation",
                "The snapshot " + id + " is in " + zone + " and no copies of snapshots are kept in this cloud"
                        + " (coppice.snapshot-copies.enabled=false): make the volume there.");
    }

    static AwsException neverCopied(String id, String home, String zone) {
        return AwsException.client(
                "UnsupportedOperation",
                "The snapshot " + id + " is in " + home + " and cannot be brought to " + zone
                        + ": a zone that keeps its storage in Ceph takes snapshots of other such zones only.");
    }

    static AwsException encryptedElsewhere(String id, String zone) {
        return AwsException.client(
                "UnsupportedOperation",
                "The snapshot " + id + " is encrypted and its key never leaves " + zone + ": make the volume there.");
    }

    static AwsException otherRegion(String region) {
        return AwsException.client(
                "InvalidParameterValue",
                "Value (" + region + ") for parameter sourceRegion is invalid. This cloud has one region.");
    }
}
