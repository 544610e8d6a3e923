package io.coppice.cloud.front;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.foundation.id.AccountId;
import software.amazon.awssdk.core.SdkPojo;

/** Carries out actions by their names, past the door, as a test fixture. */
public final class TestActions {
    private static final String REQUEST = "Request";

    private final Actions actions;

    /** The actions of these features. */
    public TestActions(Iterable<ActionModule> modules) {
        actions = Actions.of(modules);
    }

    /** Answers a request by the action that its class is named after. */
    public SdkPojo call(AccountId account, SdkPojo request) {
        var name = request.getClass().getSimpleName();
        var action = name.substring(0, name.length() - REQUEST.length());
        return actions.find(ActionRegistry.Service.EC2, action)
                .orElseThrow(() -> new AssertionError("nobody carries out " + action))
                .handle(TestRequests.by(account, action), request);
    }
}
