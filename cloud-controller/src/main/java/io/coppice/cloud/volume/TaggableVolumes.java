package io.coppice.cloud.volume;

import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lets volumes be tagged. */
@ApplicationScoped
class TaggableVolumes implements TaggableResource {
    private final VolumeStore store;

    TaggableVolumes(VolumeStore store) {
        this.store = store;
    }

    @Override
    public String idPrefix() {
        return VolumeId.PREFIX;
    }

    @Override
    public String resourceType() {
        return VolumeStore.RESOURCE_TYPE;
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return !store.list(account, List.of(id), null, 1).isEmpty();
    }

    @Override
    public AwsException notFound(String id) {
        return VolumeErrors.notFound(id);
    }
}
