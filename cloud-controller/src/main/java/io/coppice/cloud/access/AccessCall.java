package io.coppice.cloud.access;

import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.FilledTemplate;
import io.coppice.cloud.action.RequestOrigin;
import java.util.Optional;
import software.amazon.awssdk.core.SdkPojo;

/**
 * A request whose permission is asked for.
 *
 * @param request the AWS SDK's request class, filled; with all that a launch template adds
 * @param template the launch template that filled it in
 */
public record AccessCall(
        Service service,
        String action,
        Caller caller,
        RequestOrigin origin,
        SdkPojo request,
        Optional<FilledTemplate> template) {
    /** A request that is as the client sent it. */
    public AccessCall(Service service, String action, Caller caller, RequestOrigin origin, SdkPojo request) {
        this(service, action, caller, origin, request, Optional.empty());
    }
}
