package io.coppice.ebs.backend;

import java.io.IOException;

/** A volume or snapshot is to be what this backend cannot make it. The message is for the user. */
public final class UnsupportedByBackendException extends IOException {
    private static final long serialVersionUID = 1L;

    private UnsupportedByBackendException(String message) {
        super(message);
    }

    /** It is to be encrypted. */
    public static UnsupportedByBackendException encryption() {
        return new UnsupportedByBackendException(
                "volumes of this zone cannot be encrypted: make it without encryption");
    }
}
