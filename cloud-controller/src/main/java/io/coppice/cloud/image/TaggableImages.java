package io.coppice.cloud.image;

import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lets images be tagged, those of others that an account may launch too. */
@ApplicationScoped
class TaggableImages implements TaggableResource {
    private final ImageStore store;

    TaggableImages(ImageStore store) {
        this.store = store;
    }

    @Override
    public String idPrefix() {
        return ImageId.PREFIX;
    }

    @Override
    public String resourceType() {
        return ImageStore.RESOURCE_TYPE;
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return !store.visible(account, List.of(id), null, 1).isEmpty();
    }

    @Override
    public AwsException notFound(String id) {
        return ImageErrors.notFound(id);
    }
}
