package io.coppice.cloud.identity.role;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.policy.Attachments;
import io.coppice.cloud.identity.policy.Documents;
import io.coppice.cloud.identity.policy.InlinePolicies;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The roles of accounts. Works in the caller's transaction. */
public final class Roles {
    /** Roles by name. */
    public static final EntityRows<RoleRow> ROWS = new EntityRows<>(RoleRow.class, EntityKind.ROLE);

    private static final int SHORTEST_SESSION_SECONDS = 3_600;
    private static final int LONGEST_SESSION_SECONDS = 43_200;
    private static final int LONGEST_TRUST_POLICY = 4_096;

    private Roles() {}

    /** A trust policy, checked. Throws {@code MalformedPolicyDocument} or {@code LimitExceeded}. */
    static String trustPolicy(String parameter, @Nullable String text) {
        var document = Documents.read(parameter, text, PolicyDocument.Kind.TRUST);
        if (document.countedCharacters() > LONGEST_TRUST_POLICY) {
            throw IamErrors.limitExceeded("ACLSizePerRole", LONGEST_TRUST_POLICY);
        }
        return document.json();
    }

    /** The longest session that a request sets: 1 to 12 hours, 1 where it says nothing. */
    static Duration longestSession(@Nullable Integer seconds) {
        return Duration.ofSeconds(Require.range(
                "maxSessionDuration",
                seconds,
                SHORTEST_SESSION_SECONDS,
                LONGEST_SESSION_SECONDS,
                SHORTEST_SESSION_SECONDS));
    }

    /** Deletes one. Throws {@code DeleteConflict} while it has policies or is in an instance profile. */
    static void delete(EntityManager entities, AccountId account, @Nullable String name) {
        var role = ROWS.get(entities, account, name);
        if (!profilesOf(entities, role).isEmpty()) {
            throw IamErrors.deleteConflict("must remove roles from instance profile first");
        }
        if (!InlinePolicies.of(entities, role.id()).isEmpty()) {
            throw IamErrors.deleteConflict("must delete policies first");
        }
        if (!Attachments.of(entities, role.id()).isEmpty()) {
            throw IamErrors.deleteConflict("must detach all policies first");
        }
        EntityTags.removeAll(entities, role.id());
        entities.remove(role);
    }

    /** The instance profiles that carry a role, in the order of their names. */
    static List<InstanceProfileRow> profilesOf(EntityManager entities, RoleRow role) {
        return entities.createQuery(
                        "select p from InstanceProfile p where p.role.id = :role order by lower(p.name)",
                        InstanceProfileRow.class)
                .setParameter("role", role.id())
                .getResultList();
    }
}
