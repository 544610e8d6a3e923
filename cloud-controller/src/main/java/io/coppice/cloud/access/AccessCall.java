package io.coppice.cloud.access;

import io.coppice.cloud.front.ActionRegistry.Service;
import io.coppice.cloud.front.Caller;
import io.coppice.cloud.front.RequestOrigin;
import software.amazon.awssdk.core.SdkPojo;

/**
 * A request whose permission is asked for.
 *
 * @param request the AWS SDK's request class, filled
 */
public record AccessCall(Service service, String action, Caller caller, RequestOrigin origin, SdkPojo request) {}
