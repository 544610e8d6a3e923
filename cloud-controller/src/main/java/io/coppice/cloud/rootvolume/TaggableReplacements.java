package io.coppice.cloud.rootvolume;

import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lets replacements of root volumes be tagged. */
@ApplicationScoped
class TaggableReplacements implements TaggableResource {
    private final Replacements replacements;

    TaggableReplacements(Replacements replacements) {
        this.replacements = replacements;
    }

    @Override
    public String idPrefix() {
        return Replacements.PREFIX;
    }

    @Override
    public String resourceType() {
        return Replacements.RESOURCE_TYPE;
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return !replacements.list(account, List.of(id), null, 1).isEmpty();
    }

    @Override
    public AwsException notFound(String id) {
        return ReplacementErrors.notFound(id);
    }
}
