package io.coppice.node.agent;

import io.coppice.node.hypervisor.FirmwareMissingException;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.image.ImageUnavailableException;
import io.coppice.proto.compute.v1.Failure;
import java.util.List;
import java.util.Locale;

/** Turns what went wrong on a host into what a user may read: no path, no host name, no command. */
final class Failures {
    private static final String INTERNAL = "Server.InternalError";
    private static final String NO_CAPACITY = "Server.InsufficientInstanceCapacity";
    private static final String BAD_IMAGE = "Client.InvalidImage";

    private static final int MAX_CAUSES = 10;

    private static final List<String> FULL =
            List.of("no space left on device", "disk quota exceeded", "no space for", "image cache is full");

    private Failures() {}

    /** The user's view of an error; {@code retryable} says whether another attempt may help. */
    static Failure of(Exception cause) {
        return switch (cause) {
            case Exception e
            when isFull(e) ->
                failure(NO_CAPACITY, "The host has no disk space left for the root disk. Launch again later.", true);
            case ImageUnavailableException e when !e.worthRetrying() -> imageRefused();
            case ImageUnavailableException e ->
                failure(INTERNAL, "The image could not be fetched from where it is stored.", true);
            case FirmwareMissingException e ->
                failure(
                        "Unsupported",
                        "The image boots by UEFI, and the host has no such firmware. Its operator can install the package"
                                + " ovmf.",
                        true);
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

    /** The image's bytes are not those that were registered. */
    static Failure imageRefused() {
        return failure(
                BAD_IMAGE,
                "The image's content is not what was registered. Register the image again and launch anew.",
                false);
    }

    /** The instance ran before and its root disk is gone. */
    static Failure diskLost() {
        return failure(INTERNAL, "The instance's disk is not on this host.", false);
    }

    /**
     * Whether the host's disk is full, or what may be used of it. Java tells that by the system's words alone (strerror(3),
     * ENOSPC and EDQUOT), in a FileSystemException's reason or a plain IOException's message; so do the programs that are
     * called, and so do the disk store and the image cache before it comes to that.
     */
    private static boolean isFull(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
            var said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (FULL.stream().anyMatch(said::contains)) {
                return true;
            }
        }
        return false;
    }

    private static Failure failure(String code, String message, boolean retryable) {
        return Failure.newBuilder()
                .setCode(code)
                .setMessage(message)
                .setRetryable(retryable)
                .build();
    }
}
