package io.coppice.cloud.action;

import io.coppice.foundation.id.AccountId;
import java.net.URI;

/**
 * One request as handlers see it.
 *
 * @param requestId a UUID that stands in the answer, the log and the events
 * @param action for example {@code RunInstances}
 * @param endpoint how the client reached us, for answers that name our own address
 * @param origin where it came from, for policies
 */
public record RequestContext(String requestId, String action, Caller caller, URI endpoint, RequestOrigin origin) {
    /** A request of which nobody knows where it came from. */
    public RequestContext(String requestId, String action, Caller caller, URI endpoint) {
        this(requestId, action, caller, endpoint, RequestOrigin.UNKNOWN);
    }

    /** Whose resources the request is about. */
    public AccountId account() {
        return caller.account();
    }
}
