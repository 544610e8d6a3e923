package io.coppice.walrus;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What can be set of Walrus. */
@ConfigMapping(prefix = "coppice.walrus")
public interface WalrusConfig {
    /** Host names under which buckets may stand as {@code bucket.domain}. */
    @WithDefault("s3.localhost,localhost")
    List<String> domains();

    /** Host names under which buckets that are web sites stand as {@code bucket.domain}. */
    @WithDefault("s3-website.localhost")
    List<String> websiteDomains();

    /** More requests at a time than this are answered SlowDown. */
    @WithDefault("1024")
    int maxConcurrentRequests();

    /** Bytes of one PutObject or UploadPart; S3 itself allows 5 GiB. */
    @WithDefault("5368709120")
    long maxPutBytes();

    /** Objects up to so many bytes lie in their rows of the database, 0 to 1048576; 0: none does. */
    @WithDefault("16384")
    int rowBytes();

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

    /** How often every blob is read back and compared with what was stored. */
    @WithDefault("14d")
    Duration scrubEvery();

    /** How many bytes a second are read back, at most. */
    @WithDefault("16777216")
    long scrubBytesPerSecond();

    /** Ids of KMS keys that users may name for SSE-KMS besides aws/s3; each is derived from Walrus's master key. */
    Optional<List<String>> kmsKeys();

    /** How often lifecycle rules are carried out. */
    @WithDefault("1h")
    Duration lifecycleEvery();

    /** How long a day of lifecycle rules lasts; anything but 24h is for tests. */
    @WithDefault("24h")
    Duration lifecycleDay();

    /** How often the lines of buckets' access logs are put into the buckets that they go to. */
    @WithDefault("5m")
    Duration accessLogEvery();

    /** How many lines of access logs are held until then; more are lost, and counted. */
    @WithDefault("100000")
    int accessLogLines();

    /** How many signing keys are kept. */
    @WithDefault("10000")
    int signingKeyCache();

    /** Refused S3 requests that are logged in a minute; more are only counted. */
    @WithDefault("600")
    int loggedRefusalsPerMinute();
}
