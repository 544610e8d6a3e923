package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;

/** Lets CreateTags and DeleteTags know launch templates. */
@ApplicationScoped
class TaggableLaunchTemplates implements TaggableResource {
    private final Database database;

    TaggableLaunchTemplates(Database database) {
        this.database = database;
    }

    @Override
    public String idPrefix() {
        return LaunchTemplateId.PREFIX;
    }

    @Override
    public String resourceType() {
        return LaunchTemplateActions.RESOURCE_TYPE;
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return database.call(entities -> entities.createQuery(
                                "select count(t) from LaunchTemplateRow t where t.id = :id and t.accountId = :account",
                                Long.class)
                        .setParameter("id", id)
                        .setParameter("account", account.value())
                        .getSingleResult())
                > 0;
    }

    @Override
    public AwsException notFound(String id) {
        return LaunchTemplateErrors.idNotFound(id);
    }
}
