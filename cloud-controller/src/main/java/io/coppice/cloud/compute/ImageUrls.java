package io.coppice.cloud.compute;

import io.coppice.cloud.image.Images;
import io.coppice.foundation.id.ImageId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Download URLs of images, kept until half of their time is over. Used by one reconciler thread. */
final class ImageUrls {
    private static final int MAX_KEPT = 1000;

    private final Images images;
    private final Duration validity;
    private final Clock clock;
    private final Map<String, Kept> kept = new LinkedHashMap<>();

    private record Kept(String url, Instant until) {}

    ImageUrls(Images images, Duration validity, Clock clock) {
        this.images = images;
        this.validity = validity;
        this.clock = clock;
    }

    /** A URL good for at least half the validity; throws {@link java.util.NoSuchElementException} when the image is gone. */
    String of(String image) {
        var now = clock.instant();
        var present = kept.get(image);
        if (present != null && present.until().isAfter(now)) {
            return present.url();
        }
        if (kept.size() >= MAX_KEPT) {
            kept.remove(kept.keySet().iterator().next());
        }
        var url = images.downloadUrl(new ImageId(image), (int) validity.toSeconds());
        kept.put(image, new Kept(url, now.plus(validity.dividedBy(2))));
        return url;
    }
}
