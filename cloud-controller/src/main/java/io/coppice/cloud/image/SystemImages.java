package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/** Images that come with the cloud: they belong to its own account and have the owner alias {@code amazon}. Thread-safe. */
@ApplicationScoped
public class SystemImages {
    private static final String OWNER_ALIAS = "amazon";

    private final ImageStore store;
    private final ImageRegistration registration;
    private final SystemAccount account;

    SystemImages(ImageStore store, ImageRegistration registration, SystemAccount account) {
        this.store = store;
        this.registration = registration;
        this.account = account;
    }

    /**
     * Registers an object of the cloud's own account as an image, or finds the image of that name. One that failed is
     * replaced. The image may still be pending when this returns. Throws as RegisterImage does.
     *
     * @param isPublic whether every account may launch it
     */
    public SystemImage ensure(String name, String bucket, String key, boolean isPublic) {
        var cause = new ChangeCause("operator", "coppice", "", "Image " + name + " comes with this cloud");
        var present = store.named(account.id(), name);
        if (present.isPresent() && present.get().state() != ImageState.FAILED) {
            return answer(present.get());
        }
        present.ifPresent(failed -> registration.deregister(cause, failed));
        var description = new Image.Description(
                ImageNames.checkedName(name), "", bucket, key, ImageNames.ARCHITECTURE, ImageNames.ROOT_DEVICE, null);
        var id = registration.register(cause, account.id(), OWNER_ALIAS, description, isPublic, Map.of());
        return answer(store.find(id).orElseThrow());
    }

    private static SystemImage answer(Image image) {
        return new SystemImage(image.id(), image.state().text(), image.stateReason());
    }

    /**
     * An image that comes with the cloud.
     *
     * @param state {@code pending}, {@code available} or {@code failed}
     * @param stateReason why it failed; else empty
     */
    public record SystemImage(ImageId id, String state, String stateReason) {}
}
