package io.coppice.cloud.placement;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about placement groups, in AWS's codes. */
final class PlacementGroupErrors {
    private PlacementGroupErrors() {}

    static AwsException unknown(String name) {
        return AwsException.client("InvalidPlacementGroup.Unknown", "The Placement Group '" + name + "' is unknown.");
    }

    static AwsException unknownId(String id) {
        return AwsException.client(
                "InvalidPlacementGroupId.NotFound", "The Placement Group ID '" + id + "' does not exist.");
    }

    static AwsException duplicate(String name) {
        return AwsException.client(
                "InvalidPlacementGroup.Duplicate", "The Placement Group '" + name + "' already exists.");
    }

    static AwsException inUse(String name) {
        return AwsException.client(
                "InvalidPlacementGroup.InUse",
                "The placement group " + name + " is in use and may not be deleted: terminate its instances first.");
    }

    static AwsException noRacks() {
        return AwsException.client(
                "UnsupportedOperation",
                "This cloud does not know which hosts share a rack: use the spread level host, or leave it out.");
    }

    static AwsException unsupported(String parameter) {
        return AwsException.client(
                "UnsupportedOperation", "The parameter " + parameter + " is not supported by this cloud.");
    }

    static AwsException combination(String message) {
        return AwsException.client("InvalidParameterCombination", message);
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException invalid(String parameter, Object value, String why) {
        return AwsException.client(
                "InvalidParameterValue", "Value (" + value + ") for parameter " + parameter + " is invalid. " + why);
    }

    static AwsException both() {
        return AwsException.client(
                "InvalidParameterCombination", "Give the placement group's name or its ID, not both.");
    }

    static AwsException limitExceeded(int limit) {
        return AwsException.client(
                "PlacementGroupLimitExceeded",
                "There cannot be more than " + limit + " placement groups. Delete some that are not needed.");
    }
}
