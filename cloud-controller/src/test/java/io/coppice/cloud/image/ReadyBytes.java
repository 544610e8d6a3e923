package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import java.time.Duration;

/** Bytes of images that are all there, as a test fixture. */
final class ReadyBytes implements ImageBytes {
    static final Image.Content CONTENT = new Image.Content("ab".repeat(32), 1000, 2000, "qcow2");

    @Override
    public void inspect(AccountId account, String bucket, String key) {
        // Every object is an image.
    }

    @Override
    public Image.Content pin(AccountId account, Image.Description from, ImageId id, Duration atMost) {
        return CONTENT;
    }

    @Override
    public void unpin(ImageId id) {
        // Nothing is held.
    }

    @Override
    public String downloadUrl(ImageId id, int validSeconds) {
        return "http://walrus/" + id;
    }
}
