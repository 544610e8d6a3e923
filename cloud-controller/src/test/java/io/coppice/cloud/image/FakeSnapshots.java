package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Snapshots that are as the test says, as a test fixture. Not thread-safe. */
final class FakeSnapshots implements Snapshots {
    /** What every instance has. */
    final List<OfInstance> attached = new ArrayList<>();

    final List<Wish> wanted = new ArrayList<>();
    final List<String> begun = new ArrayList<>();
    final List<String> deleted = new ArrayList<>();
    private final Map<String, Had> had = new HashMap<>();

    private record Had(AccountId owner, int gib, Progress progress) {}

    /** From now on this snapshot is so far. */
    void have(String id, AccountId owner, int gib, Progress progress) {
        had.put(id, new Had(owner, gib, progress));
    }

    @Override
    public int ownGib(AccountId account, String snapshotId) {
        var found = had.get(snapshotId);
        if (found == null) {
            throw AwsException.client("InvalidSnapshot.NotFound", snapshotId);
        }
        if (!found.owner().equals(account)) {
            throw AwsException.client("AuthFailure", snapshotId);
        }
        return found.gib();
    }

    @Override
    public Set<String> encrypted(Collection<String> snapshotIds) {
        return Set.of();
    }

    @Override
    public List<OfInstance> ofInstance(AccountId account, String instanceId) {
        return List.copyOf(attached);
    }

    @Override
    public Map<String, Progress> progress(Collection<String> snapshotIds) {
        var progress = new HashMap<String, Progress>();
        for (var id : snapshotIds) {
            var found = had.get(id);
            progress.put(id, found == null ? Progress.GONE : found.progress());
        }
        return progress;
    }

    @Override
    public List<String> want(EntityManager entities, ChangeCause cause, AccountId account, List<Wish> wishes) {
        wanted.addAll(wishes);
        return wishes.stream()
                .map(wish -> {
                    var id = SnapshotId.random().value();
                    have(id, account, wish.sizeGib(), Progress.PENDING);
                    return id;
                })
                .toList();
    }

    @Override
    public void begin(Collection<String> snapshotIds) {
        for (var id : snapshotIds) {
            begun.add(id);
            had.computeIfPresent(id, (key, present) -> new Had(present.owner(), present.gib(), Progress.COMPLETED));
        }
    }

    @Override
    public boolean delete(EntityManager entities, ChangeCause cause, AccountId account, String snapshotId) {
        deleted.add(snapshotId);
        return had.remove(snapshotId) != null;
    }
}
