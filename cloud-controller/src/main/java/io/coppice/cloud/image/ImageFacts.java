package io.coppice.cloud.image;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What policies may ask about images. Thread-safe. */
@ApplicationScoped
class ImageFacts implements ResourceFacts {
    private static final String OWNER = "ec2:owner";
    private static final String PUBLIC = "ec2:public";
    private static final String TYPE = "ec2:imagetype";
    /** Whether somebody vouches for it whom the cloud trusts; not a key of AWS. */
    private static final String SIGNED = "ec2:imagesigned";

    private static final String ROOT_DEVICE = "ec2:rootdevicetype";

    private final ImageStore store;

    ImageFacts(ImageStore store) {
        this.store = store;
    }

    @Override
    public String kind() {
        return "ec2:image";
    }

    @Override
    public Set<String> keys() {
        return Set.of(OWNER, PUBLIC, TYPE, ROOT_DEVICE, SIGNED);
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return store.visible(account, names, null, names.size()).stream()
                .collect(Collectors.toMap(image -> image.id().value(), this::keys));
    }

    private Map<String, List<String>> keys(Image image) {
        var alias = image.ownerAlias();
        return Map.of(
                OWNER, List.of(alias == null ? image.owner().value() : alias),
                PUBLIC, List.of(Boolean.toString(image.isPublic())),
                TYPE, List.of("machine"),
                ROOT_DEVICE, List.of("ebs"),
                SIGNED, List.of(Boolean.toString(store.trust().trusts(image.provenance()))));
    }
}
