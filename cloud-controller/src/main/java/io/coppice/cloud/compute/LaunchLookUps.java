package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceLauncher.Catalogue;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.setting.LaunchDefaults;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What launches of one account that share a transaction look up, each thing once: they see one state of it, and the
 * database is asked as often for many launches of the same image as for one. Belongs to that transaction. Not thread-safe.
 */
final class LaunchLookUps {
    private final EntityManager entities;
    private final Catalogue catalogue;
    private final AccountId account;
    private final Map<ImageId, Images.LaunchImage> images = new HashMap<>();
    private final Map<String, String> publicKeys = new HashMap<>();
    private @Nullable LaunchDefaults defaults;

    LaunchLookUps(EntityManager entities, Catalogue catalogue, AccountId account) {
        this.entities = entities;
        this.catalogue = catalogue;
        this.account = account;
    }

    EntityManager entities() {
        return entities;
    }

    /** Throws as {@link Images#forLaunch}. */
    Images.LaunchImage image(ImageId id) {
        var known = images.get(id);
        if (known != null) {
            return known;
        }
        var image = catalogue.images().forLaunch(account, id);
        images.put(id, image);
        return image;
    }

    /** The public key of this name; empty for no name. Throws {@code InvalidKeyPair.NotFound}. */
    String publicKey(String name) {
        if (name.isEmpty()) {
            return "";
        }
        var known = publicKeys.get(name);
        if (known != null) {
            return known;
        }
        var key = catalogue.keyPairs().publicKey(account, name);
        publicKeys.put(name, key);
        return key;
    }

    /** What the account has chosen for its launches. */
    LaunchDefaults defaults() {
        var known = defaults;
        if (known == null) {
            known = catalogue.accounts().forLaunch(entities, account);
            defaults = known;
        }
        return known;
    }
}
