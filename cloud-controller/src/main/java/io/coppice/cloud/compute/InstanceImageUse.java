package io.coppice.cloud.compute;

import io.coppice.cloud.image.ImageUse;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;

/** Keeps the bytes of images whose instances may still start on a host that does not have them. Thread-safe. */
@ApplicationScoped
class InstanceImageUse implements ImageUse {
    private final Database database;

    InstanceImageUse(Database database) {
        this.database = database;
    }

    @Override
    public boolean inUse(ImageId id) {
        return database.call(entities -> (Boolean) entities.createNativeQuery(
                        "select exists (select 1 from {h-schema}instances"
                                + " where image_id = :image and state <> 'TERMINATED')",
                        Boolean.class)
                .setParameter("image", id.value())
                .getSingleResult());
    }
}
