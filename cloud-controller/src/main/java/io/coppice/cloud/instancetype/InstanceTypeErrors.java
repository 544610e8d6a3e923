package io.coppice.cloud.instancetype;

import io.coppice.wire.error.AwsException;
import java.util.Collection;

/** What can go wrong with instance types, in AWS's words. */
final class InstanceTypeErrors {
    private InstanceTypeErrors() {}

    static AwsException invalidForLaunch(String name) {
        return AwsException.client(
                "InvalidParameterValue",
                "Invalid value '" + name + "' for InstanceType: DescribeInstanceTypes lists those of this cloud");
    }

    static AwsException unknown(Collection<String> names) {
        return AwsException.client(
                "InvalidInstanceType", "The following supplied instance types do not exist: " + names);
    }

    static AwsException unknownLocationType(String type) {
        return AwsException.client(
                "InvalidParameterValue",
                "Invalid value '" + type
                        + "' for LocationType: expecting region, availability-zone or availability-zone-id");
    }
}
