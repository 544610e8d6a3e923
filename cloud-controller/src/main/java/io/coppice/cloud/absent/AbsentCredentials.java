package io.coppice.cloud.absent;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsRequest;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsResponse;

/**
 * IAM's credentials for single AWS services (CodeCommit, Keyspaces), which this cloud does not have. Tools that remove a user
 * ask for them first, so the list is empty; making one stays unsupported. Thread-safe.
 */
@Singleton
public final class AbsentCredentials implements ActionModule {
    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.IAM,
                "ListServiceSpecificCredentials",
                ListServiceSpecificCredentialsRequest::builder,
                AbsentCredentials::none);
    }

    private static ListServiceSpecificCredentialsResponse none(
            RequestContext context, ListServiceSpecificCredentialsRequest request) {
        return ListServiceSpecificCredentialsResponse.builder()
                .serviceSpecificCredentials(List.of())
                .isTruncated(false)
                .build();
    }
}
