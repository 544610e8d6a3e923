package io.coppice.walrus;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where Walrus keeps the bytes of objects: in its own folder, or in a bucket of another S3 store. */
@ConfigMapping(prefix = "coppice.blobs")
public interface BlobConfig {
    /** LOCAL or S3. It cannot be changed once there are objects. */
    @WithDefault("LOCAL")
    Kind store();

    /** Scheme, host and port of the other S3 store. */
    Optional<String> endpoint();

    /** The region that signatures to it name. */
    @WithDefault("us-east-1")
    String region();

    /** The bucket in it; made where it is not there. Nothing else may lie under the prefix. */
    Optional<String> bucket();

    /** What the keys in that bucket begin with. */
    @WithDefault("walrus/")
    String prefix();

    /** The access key of an account that may use the bucket. */
    Optional<String> accessKeyId();

    /** The secret of that key. */
    Optional<String> secretAccessKey();

    /** How long the other store may be silent. */
    @WithDefault("30s")
    Duration answerLimit();

    /** The stores that there are. */
    enum Kind {
        /** Files in the data folder. */
        LOCAL,
        /** Another S3 store. */
        S3
    }
}
