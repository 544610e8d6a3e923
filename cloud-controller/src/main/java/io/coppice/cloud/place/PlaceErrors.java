package io.coppice.cloud.place;

import io.coppice.wire.error.AwsException;
import java.util.Collection;

/** What can be wrong with names of places, in AWS's words. */
public final class PlaceErrors {
    private PlaceErrors() {}

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException invalidRegions(Collection<String> names) {
        return AwsException.client("InvalidParameterValue", "Invalid region names provided: " + names);
    }

    static AwsException invalidZones(Collection<String> names) {
        return AwsException.client("InvalidParameterValue", "Invalid availability zones: " + names);
    }

    /** For requests that create something in a zone. */
    public static AwsException zoneNotFound(String name) {
        return AwsException.client("InvalidZone.NotFound", "The zone '" + name + "' does not exist.");
    }
}
