package io.coppice.cloud.identity.account;

import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.cloud.identity.group.Groups;
import io.coppice.cloud.identity.policy.BuiltInPolicies;
import io.coppice.cloud.identity.policy.ManagedPolicies;
import io.coppice.cloud.identity.policy.ManagedPolicy;
import io.coppice.cloud.identity.role.Roles;
import io.coppice.cloud.identity.user.Users;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import software.amazon.awssdk.services.iam.model.EntityType;

/** Something that an account's authorization details tell of: a user, group or role, or a policy. */
sealed interface DetailEntry {
    /** Unique in the listing. */
    String sortKey();

    /** A user, group or role. */
    record Principal(EntityRow row) implements DetailEntry {
        @Override
        public String sortKey() {
            return row.kind().arnType() + "/" + row.name().toLowerCase(Locale.ROOT);
        }
    }

    /** A managed policy. */
    record Managed(ManagedPolicy policy) implements DetailEntry {
        @Override
        public String sortKey() {
            return "policy/" + policy.arn();
        }
    }

    /** Everything of the wanted types, of all types when none is named, in the order of the sort keys. */
    static List<DetailEntry> of(EntityManager entities, AccountId account, Set<EntityType> wanted) {
        var types = wanted.isEmpty() ? EnumSet.allOf(EntityType.class) : wanted;
        var found = new ArrayList<DetailEntry>();
        if (types.contains(EntityType.USER)) {
            Users.ROWS.all(entities, account).forEach(row -> found.add(new Principal(row)));
        }
        if (types.contains(EntityType.GROUP)) {
            Groups.ROWS.all(entities, account).forEach(row -> found.add(new Principal(row)));
        }
        if (types.contains(EntityType.ROLE)) {
            Roles.ROWS.all(entities, account).forEach(row -> found.add(new Principal(row)));
        }
        if (types.contains(EntityType.LOCAL_MANAGED_POLICY)) {
            ManagedPolicies.ROWS.all(entities, account).forEach(row -> found.add(new Managed(ManagedPolicy.of(row))));
        }
        if (types.contains(EntityType.AWS_MANAGED_POLICY)) {
            BuiltInPolicies.all().forEach(policy -> found.add(new Managed(policy)));
        }
        found.sort(Comparator.comparing(DetailEntry::sortKey));
        return found;
    }

    /** The users, groups and roles among these. */
    static List<EntityRow> rows(List<DetailEntry> entries) {
        return entries.stream()
                .filter(Principal.class::isInstance)
                .map(entry -> ((Principal) entry).row())
                .toList();
    }

    /** The policies among these. */
    static List<ManagedPolicy> policies(List<DetailEntry> entries) {
        return entries.stream()
                .filter(Managed.class::isInstance)
                .map(entry -> ((Managed) entry).policy())
                .toList();
    }
}
