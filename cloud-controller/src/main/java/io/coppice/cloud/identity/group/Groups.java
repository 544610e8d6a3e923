package io.coppice.cloud.identity.group;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.policy.Attachments;
import io.coppice.cloud.identity.policy.InlinePolicies;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/** The groups of accounts. Works in the caller's transaction. */
public final class Groups {
    /** Groups by name. */
    public static final EntityRows<GroupRow> ROWS = new EntityRows<>(GroupRow.class, EntityKind.GROUP);

    private Groups() {}

    /** Deletes one. Throws {@code DeleteConflict} while it has users or policies. */
    static void delete(EntityManager entities, AccountId account, @Nullable String name) {
        var group = ROWS.get(entities, account, name);
        if (!Members.usersOf(entities, group).isEmpty()) {
            throw IamErrors.deleteConflict("must remove users from group first");
        }
        if (!InlinePolicies.of(entities, group.id()).isEmpty()) {
            throw IamErrors.deleteConflict("must delete policies first");
        }
        if (!Attachments.of(entities, group.id()).isEmpty()) {
            throw IamErrors.deleteConflict("must detach all policies first");
        }
        entities.remove(group);
    }
}
