package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Images for other features. Thread-safe. */
@ApplicationScoped
class StoredImages implements Images, ImagesOnHosts {
    private final ImageStore store;
    private final ImageBytes bytes;

    StoredImages(ImageStore store, ImageBytes bytes) {
        this.store = store;
        this.bytes = bytes;
    }

    @Override
    public LaunchImage forLaunch(AccountId account, ImageId id) {
        var image = forReading(account, id);
        if (!store.trust().allowsLaunch(image.provenance())) {
            throw ImageErrors.notTrusted(id.value());
        }
        return image;
    }

    @Override
    public LaunchImage forReading(AccountId account, ImageId id) {
        return store.launchable(account, id).orElseGet(() -> whole(account, id));
    }

    /** Tells what is in the way of a launch. */
    private LaunchImage whole(AccountId account, ImageId id) {
        var image = store.find(id)
                .filter(found -> found.state().present())
                .filter(found -> found.allows(account))
                .orElseThrow(() -> ImageErrors.notFound(id.value()));
        if (image.state() != ImageState.AVAILABLE) {
            throw ImageErrors.notAvailable(image);
        }
        return image.forLaunch();
    }

    @Override
    public Optional<LaunchImage> fetchable(ImageId id) {
        return store.find(id)
                .filter(image -> image.state() == ImageState.AVAILABLE && !image.onSnapshots())
                .map(Image::forLaunch);
    }

    @Override
    public Map<String, String> idsByHash(Collection<String> hashes) {
        return store.idsByHash(hashes);
    }

    @Override
    public String downloadUrl(ImageId id, int validSeconds) {
        try {
            return bytes.downloadUrl(id, validSeconds);
        } catch (ImageBytesException e) {
            throw switch (e.kind()) {
                case NOT_READABLE, NOT_AN_IMAGE ->
                    new NoSuchElementException("the bytes of " + id + " are gone: " + e.getMessage(), e);
                case AWAY -> e;
            };
        }
    }
}
