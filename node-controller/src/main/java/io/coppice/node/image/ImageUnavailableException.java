package io.coppice.node.image;

import java.io.IOException;

/** An image cannot be had from its source. */
public final class ImageUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean worthRetrying;

    public ImageUnavailableException(String message, boolean worthRetrying) {
        super(message);
        this.worthRetrying = worthRetrying;
    }

    public ImageUnavailableException(String message, boolean worthRetrying, Throwable cause) {
        super(message, cause);
        this.worthRetrying = worthRetrying;
    }

    /** False when trying again cannot help: the bytes are not those that were promised, or are no image. */
    public boolean worthRetrying() {
        return worthRetrying;
    }
}
