package io.coppice.cloud.compute;

import io.coppice.cloud.instanceprofile.InstanceProfiles.Profile;
import io.coppice.cloud.launchtemplate.LaunchTemplates.Used;
import io.coppice.cloud.placement.PlacementGroups.Group;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/**
 * A RunInstances request with what others had to say about it.
 *
 * @param request with everything that its launch template fills in
 * @param original as the client sent it: what a client token stands for
 * @param profile the instance profile it names; null for none
 * @param placementGroup the placement group it names; null for none
 * @param template the launch template it was filled in from
 */
record LaunchRequest(
        RunInstancesRequest request,
        RunInstancesRequest original,
        @Nullable Profile profile,
        @Nullable Group placementGroup,
        Optional<Used> template) {
    /** A request that names neither launch template nor instance profile. */
    static LaunchRequest plain(RunInstancesRequest request) {
        return new LaunchRequest(request, request, null, null, Optional.empty());
    }
}
