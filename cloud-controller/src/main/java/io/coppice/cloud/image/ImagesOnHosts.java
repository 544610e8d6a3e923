package io.coppice.cloud.image;

import io.coppice.foundation.id.ImageId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Images as the cloud's operator sees them, whoever owns them. Reads the database only. Thread-safe. */
public interface ImagesOnHosts {
    /** The image if hosts can fetch it now; empty for one that is not available, or that is made of snapshots. */
    Optional<Images.LaunchImage> fetchable(ImageId id);

    /** Images by the hashes of their bytes, as far as there are any; of several alike the one with the least id. */
    Map<String, String> idsByHash(Collection<String> hashes);
}
