package io.coppice.foundation.role;

/**
 * One role as the process that runs it sees it. Implemented once per role module as an application-scoped bean; the
 * process starts those that its configuration names, in the order of {@link RoleName}, and stops them in reverse.
 */
public interface Role {
    /** Which role this is. */
    RoleName name();

    /**
     * Brings the role up and returns when it serves. Throws {@link RoleStartException} with the cause and the fix when it
     * cannot; what was begun is undone then.
     */
    void start();

    /** Ends the role in good order within seconds. Does nothing when it is not up. Guests keep running. */
    void stop();

    /** How the role is now. Cheap, never blocks on a remote call. */
    RoleHealth health();
}
