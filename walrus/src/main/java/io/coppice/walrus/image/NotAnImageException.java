package io.coppice.walrus.image;

/** An object cannot be used as an image. The message says why and what to do, in words for the user. */
public final class NotAnImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotAnImageException(String message) {
        super(message);
    }
}
