package io.coppice.cloud.identity.role;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The instance profiles of accounts. Works in the caller's transaction. */
public final class InstanceProfiles {
    /** Instance profiles by name. */
    public static final EntityRows<InstanceProfileRow> ROWS =
            new EntityRows<>(InstanceProfileRow.class, EntityKind.INSTANCE_PROFILE);

    private InstanceProfiles() {}

    /** The profiles that carry these roles, by the role's unique id. */
    public static Map<String, List<InstanceProfileRow>> ofRoles(EntityManager entities, Collection<String> roleIds) {
        if (roleIds.isEmpty()) {
            return Map.of();
        }
        return entities.createQuery(
                        "select p from InstanceProfile p where p.role.id in (:roles) order by lower(p.name)",
                        InstanceProfileRow.class)
                .setParameter("roles", roleIds)
                .getResultStream()
                .collect(Collectors.groupingBy(
                        profile -> profile.role().map(RoleRow::id).orElse("")));
    }

    /** The one of that ARN, if it is this account's. */
    public static Optional<InstanceProfileRow> byArn(EntityManager entities, AccountId account, String arn) {
        return ROWS.named(entities, account, arn.substring(arn.lastIndexOf('/') + 1))
                .filter(row -> row.arn().equals(arn));
    }
}
