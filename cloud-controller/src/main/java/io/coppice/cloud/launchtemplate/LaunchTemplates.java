package io.coppice.cloud.launchtemplate;

import io.coppice.foundation.id.AccountId;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** What a launch needs of launch templates. Thread-safe. */
@FunctionalInterface
public interface LaunchTemplates {
    /**
     * The request with everything it leaves open taken from the launch template that it names; the request itself when it
     * names none. Throws {@code InvalidLaunchTemplateId.NotFound}, {@code InvalidLaunchTemplateName.NotFoundException} or
     * {@code InvalidLaunchTemplateId.VersionNotFound}.
     */
    Resolved resolve(AccountId account, RunInstancesRequest request);

    /**
     * A launch that is filled in.
     *
     * @param request names its launch template by id and number of the version, if any
     * @param used the launch template; empty when the request names none
     */
    record Resolved(RunInstancesRequest request, Optional<Used> used) {}

    /**
     * The launch template of a launch.
     *
     * @param id {@code lt-…}
     * @param version 1 or more
     */
    record Used(String id, long version) {}
}
