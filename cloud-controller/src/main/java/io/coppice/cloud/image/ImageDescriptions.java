package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import java.util.Collection;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.ImageMetadata;

/** What other features show of images. Thread-safe. */
public interface ImageDescriptions {
    /** These images in a few words, as the account sees them; those that it does not see any more are absent. Three queries. */
    Map<String, ImageMetadata> metadata(AccountId account, Collection<String> ids);
}
