package io.coppice.cloud.tag;

import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;

/** A kind of resource that CreateTags and DeleteTags accept: an application-scoped bean of the feature that owns it. */
public interface TaggableResource {
    /** Whether the cloud has this kind of resource as it is configured. */
    default boolean known() {
        return true;
    }

    /** What its ids begin with, the dash included, for example {@code vol-}; unique among all kinds that are known. */
    String idPrefix();

    /** As AWS names it, for example {@code volume}. */
    String resourceType();

    /** Whether the account may tag the resource of this id. Reads the database only; false for what is no id at all. */
    boolean exists(AccountId account, String id);

    /** The error for an id that does not exist, for example {@code InvalidVolume.NotFound}. */
    AwsException notFound(String id);
}
