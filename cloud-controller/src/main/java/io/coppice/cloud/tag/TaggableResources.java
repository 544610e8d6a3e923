package io.coppice.cloud.tag;

import io.coppice.foundation.id.AccountId;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All kinds of resources that can be tagged, by the prefix of their ids. Immutable after start, thread-safe. */
@ApplicationScoped
class TaggableResources {
    private final Map<String, TaggableResource> byPrefix;

    TaggableResources(@All List<TaggableResource> kinds) {
        byPrefix = kinds.stream()
                .filter(TaggableResource::known)
                .collect(Collectors.toUnmodifiableMap(TaggableResource::idPrefix, Function.identity()));
    }

    /** The kind of this resource; throws {@code InvalidID} or the kind's own error when the account has none of this id. */
    TaggableResource require(AccountId account, String id) {
        var dash = id.lastIndexOf('-');
        var kind = byPrefix.get(id.substring(0, dash + 1));
        if (kind == null) {
            throw TagErrors.unknownResource(id);
        }
        if (!kind.exists(account, id)) {
            throw kind.notFound(id);
        }
        return kind;
    }
}
