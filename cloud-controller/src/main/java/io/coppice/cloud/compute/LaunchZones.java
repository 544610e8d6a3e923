package io.coppice.cloud.compute;

import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** Says in which zone a launch is to be. Thread-safe. */
@FunctionalInterface
interface LaunchZones {
    /** The zone that the request names, or one that suits it; throws {@code InvalidParameterValue} for one that is none. */
    String of(AccountId account, RunInstancesRequest request);

    /** The zone of a cloud that has one. */
    static LaunchZones one(String zone) {
        return (account, request) -> {
            var named = named(request);
            if (!named.isEmpty() && !named.equals(zone)) {
                throw unknown(named, zone);
            }
            return zone;
        };
    }

    /** The zone that a request names itself; empty when it names none. */
    static String named(RunInstancesRequest request) {
        var placement = request.placement();
        return placement == null || placement.availabilityZone() == null ? "" : placement.availabilityZone();
    }

    /** What is answered for a zone that is none. */
    static AwsException unknown(String named, String known) {
        return InstanceErrors.invalid("availabilityZone", named, "The zones of this cloud are " + known + ".");
    }
}
