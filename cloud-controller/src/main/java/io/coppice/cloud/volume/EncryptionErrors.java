package io.coppice.cloud.volume;

import io.coppice.wire.error.AwsException;

/** What can go wrong with the encryption of disks, in AWS's words. */
public final class EncryptionErrors {
    private EncryptionErrors() {}

    static AwsException keyWithoutEncryption() {
        return AwsException.client(
                "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.");
    }

    static AwsException keyNotFound(String keyId) {
        return AwsException.client("KMS.NotFoundException", "Key '" + keyId + "' does not exist");
    }

    static AwsException snapshotNotShared() {
        return AwsException.client(
                "OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared");
    }

    static AwsException encryptedWithSnapshot(String device) {
        return AwsException.client(
                "InvalidBlockDeviceMapping",
                "the encrypted flag cannot be specified since device " + device + " has a snapshot specified.");
    }

    /** An image with encrypted snapshots is of use to nobody else. */
    public static AwsException imageNotShared() {
        return AwsException.client(
                "InvalidParameter",
                "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.");
    }

    /** What leaves in the clear must not have been encrypted. */
    public static AwsException imageNotExported() {
        return AwsException.client("UnsupportedOperation", "An image with encrypted snapshots cannot be exported");
    }
}
