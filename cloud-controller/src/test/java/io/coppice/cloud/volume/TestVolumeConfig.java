package io.coppice.cloud.volume;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Small limits, so that tests reach them. */
record TestVolumeConfig(Duration snapshotBinRetention) implements VolumeConfig {
    @Override
    public int maxSnapshotsPerAccount() {
        return 3;
    }

    @Override
    public boolean freezeForSnapshots() {
        return true;
    }

    @Override
    public int maxPerInstance() {
        return 2;
    }

    @Override
    public int maxPerAccount() {
        return 3;
    }

    @Override
    public long maxGibPerAccount() {
        return 100;
    }

    @Override
    public Duration interval() {
        return Duration.ofMillis(50);
    }

    @Override
    public Optional<List<String>> kmsKeys() {
        return Optional.of(List.of("known-key"));
    }

    @Override
    public int batch() {
        return 100;
    }
}
