package io.coppice.policy;

/** Why a document binds a request. */
public enum PolicyOrigin {
    /** Attached to the principal, or to a group of it. */
    IDENTITY("identity-based policy"),
    /** The permissions boundary of the principal. */
    BOUNDARY("permissions boundary"),
    /** Passed when the session was made. */
    SESSION("session policy"),
    /** Put on the account by the operator: a cap over everybody in it, the root included. */
    ACCOUNT("service control policy"),
    /** Attached to the resource. */
    RESOURCE("resource-based policy");

    private final String words;

    PolicyOrigin(String words) {
        this.words = words;
    }

    /** As AWS calls such a document in its messages. */
    public String words() {
        return words;
    }
}
