package io.coppice.policy;

import java.io.Serial;

/** A text is not a policy. The message is for the user who wrote it, in IAM's words where IAM has some. */
public final class MalformedPolicyException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    MalformedPolicyException(String message) {
        super(message);
    }

    MalformedPolicyException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The message, never null. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
