package io.coppice.node.agent;

import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.image.ImageUnavailableException;
import io.coppice.proto.compute.v1.Failure;
import java.nio.file.FileSystemException;

/** Turns what went wrong on a host into what a user may read: no path, no host name, no command. */
final class Failures {
    private static final String INTERNAL = "Server.InternalError";
    private static final String NO_CAPACITY = "Server.InsufficientInstanceCapacity";
    private static final String BAD_IMAGE = "Client.InvalidImage";

    private Failures() {}

    /** The user's view of an error; {@code retryable} says whether another attempt may help. */
    static Failure of(Exception cause) {
        return switch (cause) {
            case ImageUnavailableException e
            when !e.worthRetrying() ->
                failure(
                        BAD_IMAGE,
                        "The image's content is not what was registered. Register the image again and launch anew.",
                        false);
            case ImageUnavailableException e ->
                failure(INTERNAL, "The image could not be fetched from where it is stored.", true);
            case FileSystemException e
            when isFull(e) ->
                failure(NO_CAPACITY, "The host has no disk space left for the root disk. Launch again later.", true);
            case HypervisorException e -> failure(INTERNAL, "The hypervisor could not start the instance.", true);
            default -> failure(INTERNAL, "The host could not prepare the instance.", true);
        };
    }

    /** The same failure once this host makes no further attempt at a launch that never ran. */
    static Failure isGivenUpHere(Failure failure) {
        return failure.toBuilder()
                .setOtherHostMayHelp(failure.getRetryable())
                .setRetryable(false)
                .build();
    }

    /** The same failure while another attempt is planned. */
    static Failure isPassing(Failure failure) {
        return failure.toBuilder().setRetryable(true).build();
    }

    /** A guest stops again and again though nobody asked for it. */
    static Failure fallsOff() {
        return failure(INTERNAL, "The instance stops again and again without being asked to.", true);
    }

    /** The instance ran before and its root disk is gone. */
    static Failure diskLost() {
        return failure(INTERNAL, "The instance's disk is not on this host.", false);
    }

    private static boolean isFull(FileSystemException e) {
        return String.valueOf(e.getReason()).contains("No space left");
    }

    private static Failure failure(String code, String message, boolean retryable) {
        return Failure.newBuilder()
                .setCode(code)
                .setMessage(message)
                .setRetryable(retryable)
                .build();
    }
}
