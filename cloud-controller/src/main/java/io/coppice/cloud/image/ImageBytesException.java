package io.coppice.cloud.image;

/** Walrus could not do what was asked. */
final class ImageBytesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the reason means for the caller. */
    enum Kind {
        /** There is no such object or image, or the account may not read it. */
        NOT_READABLE,
        /** The object is not an image that can be launched. */
        NOT_AN_IMAGE,
        /** Walrus is away or busy: the same call may succeed later. */
        AWAY
    }

    private final Kind kind;

    ImageBytesException(Kind kind, String reason, Throwable cause) {
        super(reason, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
