package io.coppice.cloud.volume;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Limits and times of volumes. */
@ConfigMapping(prefix = "coppice.volumes")
public interface VolumeConfig {
    /** How many volumes an account may have. */
    @WithDefault("5000")
    int maxPerAccount();

    /** How many GiB all volumes of an account may have together. */
    @WithDefault("51200")
    long maxGibPerAccount();

    /** How many snapshots an account may have. */
    @WithDefault("10000")
    int maxSnapshotsPerAccount();

    /** How long the owner of a deleted snapshot can have it back from the recycle bin; nothing: it is gone at once. */
    @WithDefault("PT0S")
    Duration snapshotBinRetention();

    /**
     * Whether the file systems of a guest with an agent are frozen while snapshots of its volumes are taken. When not, or without an
     * agent, a snapshot is what a power cut would have left.
     */
    @WithDefault("true")
    boolean freezeForSnapshots();

    /** How many volumes an instance may have besides its root disk, 1 to 12. */
    @WithDefault("10")
    int maxPerInstance();

    /** How often the EBS controller is told again what is not yet as it should be. */
    @WithDefault("PT5S")
    Duration interval();

    /** Ids of KMS keys that users may name for encrypted volumes besides aws/ebs. As for objects, unless it is set. */
    @WithDefault("${coppice.walrus.kms-keys:}")
    Optional<List<String>> kmsKeys();

    /** How many volumes are told of in one pass. */
    @WithDefault("1000")
    int batch();
}
