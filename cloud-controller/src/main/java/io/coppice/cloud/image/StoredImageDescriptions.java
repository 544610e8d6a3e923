package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.ImageMetadata;

/** Images in a few words, from their rows. Thread-safe. */
@ApplicationScoped
class StoredImageDescriptions implements ImageDescriptions {
    private final ImageStore store;

    StoredImageDescriptions(ImageStore store) {
        this.store = store;
    }

    @Override
    public Map<String, ImageMetadata> metadata(AccountId account, Collection<String> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return store.visible(account, ids, null, ids.size()).stream()
                .collect(Collectors.toUnmodifiableMap(image -> image.id().value(), image -> metadata(image)));
    }

    private ImageMetadata metadata(Image described) {
        var image = ImageAnswers.answer(described);
        return ImageMetadata.builder()
                .imageId(image.imageId())
                .name(image.name())
                .ownerId(image.ownerId())
                .state(image.stateAsString())
                .imageOwnerAlias(image.imageOwnerAlias())
                .creationDate(image.creationDate())
                .deprecationTime(image.deprecationTime())
                .imageAllowed(store.trust().allowsLaunch(described.provenance()))
                .isPublic(image.publicLaunchPermissions())
                .build();
    }
}
