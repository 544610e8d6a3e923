package io.coppice.cloud.transfer;

import io.coppice.cloud.transfer.CallerCredentials.Signer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** Objects of the object store, read and written with a caller's rights. All but the URLs is remote. Thread-safe. */
interface CallerObjects {
    /** The size of an object, bytes; empty when there is none, or the caller may not read it. */
    OptionalLong size(Signer signer, String bucket, String key) throws IOException;

    /** A URL by which the object can be read for that long. */
    URI readable(Signer signer, String bucket, String key, Duration life);

    /** Begins to write an object in parts, and returns what the upload is called; throws {@link Refused}. */
    String begin(Signer signer, String bucket, String key) throws IOException;

    /** URLs by which the first so many parts can be written for that long. */
    List<URI> parts(Signer signer, Upload upload, int count, Duration life);

    /** Makes the parts an object; throws {@link Refused} when they cannot be one, or the upload is gone. */
    void complete(Signer signer, Upload upload, List<String> etags) throws IOException;

    /** Lets the parts go. Does nothing when the upload is gone. */
    void abort(Signer signer, Upload upload) throws IOException;

    /** An object that is being written. */
    record Upload(String bucket, String key, String id) {}

    /** The object store does not let the caller do this. */
    final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(int status) {
            super("the object store answered with HTTP status " + status);
        }
    }
}
