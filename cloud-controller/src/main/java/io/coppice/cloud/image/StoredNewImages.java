package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** Registers images for other features. Thread-safe. */
@ApplicationScoped
class StoredNewImages implements NewImages {
    private final ImageRegistration registration;

    StoredNewImages(ImageRegistration registration) {
        this.registration = registration;
    }

    @Override
    public ImageId ofSnapshots(
            ChangeCause cause, AccountId owner, String name, String description, List<DiskMapping> disks) {
        var described = ImageNames.description(
                owner, name, description, disks.getFirst().device());
        return registration.register(cause, owner, described, disks, Map.of());
    }

    @Override
    public void signal() {
        registration.signal();
    }
}
