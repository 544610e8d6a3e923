package io.coppice.cloud.keypair;

import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.KeyPairId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;

/** Lets key pairs be tagged. */
@ApplicationScoped
class TaggableKeyPairs implements TaggableResource {
    private final KeyPairStore store;

    TaggableKeyPairs(KeyPairStore store) {
        this.store = store;
    }

    @Override
    public String idPrefix() {
        return KeyPairId.PREFIX;
    }

    @Override
    public String resourceType() {
        return "key-pair";
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return store.list(account).stream().anyMatch(pair -> pair.id().value().equals(id));
    }

    @Override
    public AwsException notFound(String id) {
        return KeyPairErrors.idNotFound(id);
    }
}
