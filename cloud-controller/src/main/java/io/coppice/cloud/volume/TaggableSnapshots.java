package io.coppice.cloud.volume;

import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lets snapshots be tagged. */
@ApplicationScoped
class TaggableSnapshots implements TaggableResource {
    private final SnapshotStore store;

    TaggableSnapshots(SnapshotStore store) {
        this.store = store;
    }

    @Override
    public String idPrefix() {
        return SnapshotId.PREFIX;
    }

    @Override
    public String resourceType() {
        return SnapshotStore.RESOURCE_TYPE;
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return store.visible(account, List.of(id), null, 1).stream()
                .anyMatch(snapshot -> snapshot.owner().equals(account));
    }

    @Override
    public AwsException notFound(String id) {
        return SnapshotErrors.notFound(id);
    }
}
