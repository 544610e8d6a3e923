package io.coppice.cloud.rootvolume;

import io.coppice.cloud.volume.RootSwaps;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Volumes that are as the test says, as a test fixture. Not thread-safe. */
final class FakeSwaps implements RootSwaps {
    String root = "vol-00000000000000001";

    @Nullable
    String snapshot = "snap-00000000000000001";

    boolean ready;
    boolean attached;

    @Nullable
    String failure;

    final List<Origin> made = new ArrayList<>();
    final List<String> swapped = new ArrayList<>();
    final List<String> discarded = new ArrayList<>();
    boolean replacedDeleted;

    @Override
    public Root require(EntityManager entities, AccountId account, String instanceId) {
        return new Root(root, instanceId, snapshot);
    }

    @Override
    public String make(EntityManager entities, AccountId account, Root present, Origin origin) {
        made.add(origin);
        return VolumeId.random().value();
    }

    @Override
    public @Nullable String failure(EntityManager entities, String volumeId) {
        return failure;
    }

    @Override
    public boolean isReady(EntityManager entities, String volumeId) {
        return ready;
    }

    @Override
    public void swap(EntityManager entities, String instanceId, String volumeId, @Nullable String deleted, Instant at) {
        swapped.add(volumeId);
        replacedDeleted = root.equals(deleted);
        root = volumeId;
        snapshot = "snap-00000000000000002";
    }

    @Override
    public boolean isAttached(EntityManager entities, String volumeId) {
        return attached;
    }

    @Override
    public void discard(EntityManager entities, String volumeId) {
        discarded.add(volumeId);
    }

    @Override
    public void signal() {
        // Nobody is told of anything here.
    }
}
