package io.coppice.walrus;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/** What can be set of Walrus. */
@ConfigMapping(prefix = "coppice.walrus")
public interface WalrusConfig {
    /** Host names under which buckets may stand as {@code bucket.domain}. */
    @WithDefault("s3.localhost,localhost")
    List<String> domains();

    /** More requests at a time than this are answered SlowDown. */
    @WithDefault("1024")
    int maxConcurrentRequests();

    /** Bytes of one PutObject or UploadPart; S3 itself allows 5 GiB. */
    @WithDefault("5368709120")
    long maxPutBytes();

    /** How long a client may neither send nor take anything. */
    @WithDefault("60s")
    Duration idleLimit();

    /** Bytes of the file system that are never used for objects. */
    @WithDefault("268435456")
    long reserveBytes();

    /** How long bytes that nothing refers to stay: longer than a read takes. */
    @WithDefault("15m")
    Duration blobGrace();

    /** How often bytes that nothing refers to are looked for. */
    @WithDefault("1m")
    Duration collectEvery();

    /** How many signing keys are kept. */
    @WithDefault("10000")
    int signingKeyCache();

    /** Refused S3 requests that are logged in a minute; more are only counted. */
    @WithDefault("600")
    int loggedRefusalsPerMinute();
}
