package io.coppice.wire.error;

/**
 * A request that is answered with an AWS error document. Features make them by static factories that name the object,
 * for example {@code InstanceErrors.notFound(id)}; this class only carries them to the boundary that writes the answer.
 */
public final class AwsException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL = 500;

    private final String code;
    private final int status;

    private AwsException(String code, int status, String message) {
        // An expected answer, not a fault of ours: no stack trace.
        super(message, null, false, false);
        this.code = code;
        this.status = status;
    }

    /** The user's mistake: HTTP 400 with a code that AWS documents. */
    public static AwsException client(String code, String message) {
        return new AwsException(code, BAD_REQUEST, message);
    }

    /** An error with another status; 5xx tells clients to try again. */
    public static AwsException of(String code, int status, String message) {
        if (status < BAD_REQUEST || status >= INTERNAL + 100) {
            throw new IllegalArgumentException("not an error status: " + status);
        }
        return new AwsException(code, status, message);
    }

    /** The AWS error code, for example {@code InvalidInstanceID.NotFound}. */
    public String code() {
        return code;
    }

    /** The HTTP status of the answer, 400 to 599. */
    public int status() {
        return status;
    }

    /** Whether the request, not the service, is at fault. */
    public boolean clientFault() {
        return status < INTERNAL;
    }
}
