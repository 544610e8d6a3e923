package io.coppice.cloud.network.acl;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about network ACLs, in AWS's codes. */
final class AclErrors {
    private AclErrors() {}

    static AwsException entryExists(int number) {
        return AwsException.client(
                "NetworkAclEntryAlreadyExists", "The network acl entry identified by " + number + " already exists.");
    }

    static AwsException entryNotFound(int number) {
        return AwsException.client(
                "InvalidNetworkAclEntry.NotFound",
                "The network acl entry identified by " + number + " does not exist.");
    }

    static AwsException associationNotFound(String id) {
        return AwsException.client("InvalidAssociationID.NotFound", "The association ID '" + id + "' does not exist");
    }

    static AwsException otherNetwork(String aclId, String subnetId) {
        return AwsException.client(
                "InvalidParameterValue",
                "network acl " + aclId + " and subnet " + subnetId + " belong to different networks");
    }

    static AwsException defaultAcl(String id) {
        return AwsException.client("InvalidParameterValue", "Cannot delete default network ACL " + id);
    }
}
