package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceLauncher.Catalogue;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.setting.LaunchDefaults;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;

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
    private final Map<NetworkWish, LaunchNetwork.Wanted> networks = new HashMap<>();
    private @Nullable LaunchDefaults defaults;

    /** All that a launch says of its network, and what decides whether it can have it. */
    private record NetworkWish(
            String zone,
            InstanceTypes.Type type,
            boolean several,
            String subnetId,
            List<String> securityGroupIds,
            List<String> securityGroupNames,
            List<InstanceNetworkInterfaceSpecification> interfaces) {
        static NetworkWish of(LaunchCommand command, InstanceTypes.Type type) {
            return new NetworkWish(
                    command.zone(),
                    type,
                    command.maxCount() > 1,
                    command.subnetId(),
                    command.securityGroupIds(),
                    command.securityGroupNames(),
                    command.interfaces());
        }

        /** Whether it names an interface that is there already: only one launch can have that. */
        boolean takesWhatIsThere() {
            return interfaces.stream().anyMatch(each -> each.networkInterfaceId() != null);
        }
    }

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

    /** Throws as {@link LaunchNetwork#wanted}. */
    LaunchNetwork.Wanted network(LaunchNetwork network, LaunchCommand command, InstanceTypes.Type type) {
        var wish = NetworkWish.of(command, type);
        var known = networks.get(wish);
        if (known != null) {
            return known;
        }
        var wanted = network.wanted(entities, account, command, type);
        if (!wish.takesWhatIsThere()) {
            networks.put(wish, wanted);
        }
        return wanted;
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
