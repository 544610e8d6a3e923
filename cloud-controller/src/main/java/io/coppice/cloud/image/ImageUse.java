package io.coppice.cloud.image;

import io.coppice.foundation.id.ImageId;

/** Somebody who needs the bytes of images: an application-scoped bean of the feature that launches from them. */
public interface ImageUse {
    /** Whether something that may still start from this image exists. Reads the database only. */
    boolean inUse(ImageId id);
}
