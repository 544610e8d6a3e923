package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import java.time.Duration;

/**
 * Where the bytes of images are: Walrus, as this package uses it. All calls are remote and throw
 * {@link ImageBytesException}. Thread-safe.
 */
interface ImageBytes {
    /** Checks that an object can be read by the account and is an image; reads headers only. Takes 5 seconds at most. */
    void inspect(AccountId account, String bucket, String key);

    /** Holds the object's present bytes, or those of the image that it is a copy of, under the image's id and digests them. Idempotent. */
    Image.Content pin(AccountId account, Image.Description from, ImageId id, Duration atMost);

    /** Lets the bytes go. Idempotent. */
    void unpin(ImageId id);

    /** A URL of the bytes. */
    String downloadUrl(ImageId id, int validSeconds);
}
