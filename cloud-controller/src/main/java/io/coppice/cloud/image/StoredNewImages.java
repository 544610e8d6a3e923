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
    public ImageId ofSnapshots(ChangeCause cause, AccountId owner, Wanted wanted, List<DiskMapping> disks) {
        var described = ImageNames.description(
                        owner,
                        wanted.name(),
                        wanted.description(),
                        disks.getFirst().device())
                .needing(new GuestNeeds(wanted.bootMode(), List.of()));
        return registration.register(cause, owner, described, disks, Map.of());
    }

    @Override
    public void signal() {
        registration.signal();
    }
}
