package io.coppice.cloud.network.routetable;

import io.coppice.cloud.network.IpRange;
import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about routes and route tables, in AWS's codes. */
final class RouteErrors {
    private static final String INVALID_VALUE = "InvalidParameterValue";

    private RouteErrors() {}

    static AwsException exists(IpRange destination) {
        return AwsException.client("RouteAlreadyExists", "The route identified by " + destination + " already exists.");
    }

    static AwsException notFound(IpRange destination, String tableId) {
        return AwsException.client(
                "InvalidRoute.NotFound",
                "no route with destination-cidr-block " + destination + " in route table " + tableId);
    }

    static AwsException nothingToReplace(IpRange destination) {
        return AwsException.client(
                INVALID_VALUE,
                "There is no route defined for '" + destination + "' in the route table. Use CreateRoute instead.");
    }

    static AwsException local(IpRange destination, String tableId) {
        return AwsException.client(
                INVALID_VALUE, "cannot remove local route " + destination + " in route table " + tableId);
    }

    static AwsException insideVpc(IpRange destination) {
        return AwsException.client(
                INVALID_VALUE,
                "The destination CIDR block " + destination
                        + " is equal to or more specific than one of this VPC's CIDR"
                        + " blocks. This route can target only an interface or an instance.");
    }

    static AwsException otherNetwork(String tableId, String targetId) {
        return AwsException.client(
                INVALID_VALUE, "route table " + tableId + " and " + targetId + " belong to different networks");
    }

    static AwsException gatewayNotFound(String id) {
        return AwsException.client("InvalidGatewayID.NotFound", "The gateway ID '" + id + "' does not exist");
    }

    static AwsException alreadyAssociated(String tableId) {
        return AwsException.client(
                "Resource.AlreadyAssociated",
                "the specified association for route table " + tableId + " conflicts with an existing association");
    }

    static AwsException associationNotFound(String id) {
        return AwsException.client("InvalidAssociationID.NotFound", "The association ID '" + id + "' does not exist");
    }

    static AwsException mainAssociation(String id) {
        return AwsException.client(
                INVALID_VALUE,
                "cannot disassociate the main route table association " + id
                        + ": use ReplaceRouteTableAssociation to make another table the main one");
    }
}
