package io.coppice.cloud.instanceprofile;

import io.coppice.foundation.id.AccountId;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** A cloud whose IAM keeps no instance profiles: whatever is named does not exist. */
@DefaultBean
@ApplicationScoped
class NoInstanceProfiles implements InstanceProfiles {
    @Override
    public Optional<Profile> named(AccountId account, String name) {
        return Optional.empty();
    }

    @Override
    public Optional<Profile> withArn(AccountId account, String arn) {
        return Optional.empty();
    }
}
