package io.coppice.cloud.compute;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lets CreateTags and DeleteTags know instances. */
@ApplicationScoped
public class TaggableInstances implements TaggableResource {
    private final Database database;

    /** For the container and for tests. */
    public TaggableInstances(Database database) {
        this.database = database;
    }

    @Override
    public String idPrefix() {
        return InstanceId.PREFIX;
    }

    @Override
    public String resourceType() {
        return "instance";
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return database.call(entities -> entities.createQuery(
                                "select count(i) from Instance i where i.id = :id and i.accountId = :account",
                                Long.class)
                        .setParameter("id", id)
                        .setParameter("account", account.value())
                        .getSingleResult())
                > 0;
    }

    @Override
    public AwsException notFound(String id) {
        return InstanceErrors.notFound(List.of(id));
    }
}
