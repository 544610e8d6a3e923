package io.coppice.cloud.identity;

import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.front.ActionRegistry;
import io.coppice.cloud.front.ActionRegistry.Service;
import io.coppice.cloud.front.RequestContext;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** STS: who am I. Thread-safe. */
public final class StsActions implements ActionModule {
    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.STS, "GetCallerIdentity", GetCallerIdentityRequest::builder, StsActions::identity);
    }

    private static GetCallerIdentityResponse identity(RequestContext context, GetCallerIdentityRequest request) {
        var caller = context.caller();
        return GetCallerIdentityResponse.builder()
                .account(caller.account().value())
                .arn(caller.arn())
                .userId(caller.userId())
                .build();
    }
}
