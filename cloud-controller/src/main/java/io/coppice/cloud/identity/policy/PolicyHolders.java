package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.group.Groups;
import io.coppice.cloud.identity.role.Roles;
import io.coppice.cloud.identity.user.Users;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whom policies can be given to: users, groups and roles. Works in the caller's transaction. */
final class PolicyHolders {
    private PolicyHolders() {}

    /** The user, group or role of that name. Throws {@code ValidationError} or {@code NoSuchEntity}. */
    static EntityRow get(EntityManager entities, AccountId account, EntityKind kind, @Nullable String name) {
        return rows(kind).get(entities, account, name);
    }

    /** These users, groups and roles, in the order of kinds and names. */
    static List<EntityRow> byIds(EntityManager entities, List<String> ids) {
        var found = new ArrayList<EntityRow>();
        for (var kind : List.of(EntityKind.GROUP, EntityKind.ROLE, EntityKind.USER)) {
            var wanted = ids.stream().filter(kind::owns).toList();
            found.addAll(rows(kind).byIds(entities, wanted).values());
        }
        found.sort(Comparator.comparing(PolicyHolders::sortKey));
        return found;
    }

    /** Unique among users, groups and roles of an account. */
    static String sortKey(EntityRow row) {
        return row.kind().arnType() + "/" + row.name().toLowerCase(Locale.ROOT);
    }

    private static EntityRows<? extends EntityRow> rows(EntityKind kind) {
        return switch (kind) {
            case USER -> Users.ROWS;
            case GROUP -> Groups.ROWS;
            case ROLE -> Roles.ROWS;
            case INSTANCE_PROFILE, POLICY, MFA_DEVICE, SERVER_CERTIFICATE ->
                throw new IllegalArgumentException("no policies are given to a " + kind);
        };
    }
}
