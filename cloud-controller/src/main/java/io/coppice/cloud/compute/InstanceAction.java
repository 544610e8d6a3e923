package io.coppice.cloud.compute;

/** What a user can ask of an instance that exists. */
public enum InstanceAction {
    START("StartInstances"),
    STOP("StopInstances"),
    REBOOT("RebootInstances"),
    TERMINATE("TerminateInstances");

    private final String awsAction;

    InstanceAction(String awsAction) {
        this.awsAction = awsAction;
    }

    /** The API action, for example {@code StartInstances}. */
    public String awsAction() {
        return awsAction;
    }
}
