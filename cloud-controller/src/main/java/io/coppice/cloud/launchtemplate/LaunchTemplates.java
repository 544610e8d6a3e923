package io.coppice.cloud.launchtemplate;

import io.coppice.foundation.id.AccountId;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** What a launch needs of launch templates. Thread-safe. */
@FunctionalInterface
public interface LaunchTemplates {
    /**
     * The request with everything it leaves open taken from the launch template that it names; the request itself when it
     * names none. Throws {@code InvalidLaunchTemplateId.NotFound}, {@code InvalidLaunchTemplateName.NotFoundException} or
     * {@code InvalidLaunchTemplateId.VersionNotFound}.
     */
    RunInstancesRequest resolve(AccountId account, RunInstancesRequest request);
}
