package io.coppice.node.image.serve;

import java.io.IOException;

/** Where bytes of an image come from. Thread-safe. */
@FunctionalInterface
interface Ranges {
    /** Exactly these bytes; throws {@link RefusedException} when the address is no good, and IOException when it may be. */
    byte[] range(long offset, int length) throws IOException, InterruptedException;

    /** The store answered, and refused. */
    final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;
        private static final int SERVER_ERROR = 500;

        private final int status;

        RefusedException(int status) {
            super("the image's store answered with HTTP status " + status);
            this.status = status;
        }

        /** Whether a fresh address may help: a presigned one that ran out answers 403. */
        boolean isAboutTheAddress() {
            return status < SERVER_ERROR;
        }
    }
}
