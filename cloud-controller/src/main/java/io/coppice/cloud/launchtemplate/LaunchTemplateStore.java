package io.coppice.cloud.launchtemplate;

import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The queries on launch templates. Every method belongs in the caller's transaction. Thread-safe. */
@ApplicationScoped
class LaunchTemplateStore {
    private static final String LATEST = "$Latest";
    private static final String DEFAULT = "$Default";

    /** The template that a request names by id or by name; throws as AWS does when it names none or one that is not there. */
    LaunchTemplateRow require(
            EntityManager entities, AccountId account, @Nullable String id, @Nullable String name, boolean lock) {
        var byId = id != null && !id.isEmpty();
        var byName = name != null && !name.isEmpty();
        if (byId && byName) {
            throw LaunchTemplateErrors.idAndName();
        }
        if (!byId && !byName) {
            throw LaunchTemplateErrors.idOrName();
        }
        var wanted = byId ? new LaunchTemplateId(String.valueOf(id)).value() : String.valueOf(name);
        return entities
                .createQuery(
                        "from LaunchTemplateRow t where t.accountId = :account and "
                                + (byId ? "t.id = :wanted" : "t.name = :wanted"),
                        LaunchTemplateRow.class)
                .setParameter("account", account.value())
                .setParameter("wanted", wanted)
                .setLockMode(lock ? LockModeType.PESSIMISTIC_WRITE : LockModeType.NONE)
                .getResultList()
                .stream()
                .findFirst()
                .orElseThrow(() ->
                        byId ? LaunchTemplateErrors.idNotFound(wanted) : LaunchTemplateErrors.nameNotFound(wanted));
    }

    Optional<LaunchTemplateRow> named(EntityManager entities, AccountId account, String name) {
        return entities
                .createQuery(
                        "from LaunchTemplateRow t where t.accountId = :account and t.name = :name",
                        LaunchTemplateRow.class)
                .setParameter("account", account.value())
                .setParameter("name", name)
                .getResultList()
                .stream()
                .findFirst();
    }

    /** Locks the account's launch templates against others that make one, and counts them. */
    long countToAdd(EntityManager entities, AccountId account) {
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:name, 0))) l")
                .setParameter("name", "launch templates " + account)
                .getSingleResult();
        return entities.createQuery("select count(t) from LaunchTemplateRow t where t.accountId = :account", Long.class)
                .setParameter("account", account.value())
                .getSingleResult();
    }

    /** An account's templates by id, after the one of this id. */
    List<LaunchTemplateRow> list(EntityManager entities, AccountId account, @Nullable String after, int limit) {
        var query = entities.createQuery(
                        "from LaunchTemplateRow t where t.accountId = :account"
                                + (after == null ? "" : " and t.id > :after") + " order by t.id",
                        LaunchTemplateRow.class)
                .setParameter("account", account.value())
                .setMaxResults(limit);
        if (after != null) {
            query.setParameter("after", after);
        }
        return query.getResultList();
    }

    /** The version that a request names: a number, {@code $Latest}, {@code $Default}; null means the default one. */
    LaunchTemplateVersionRow version(EntityManager entities, LaunchTemplateRow template, @Nullable String version) {
        var number = number(template, version);
        var row = entities.find(LaunchTemplateVersionRow.class, new LaunchTemplateVersionRow.Key(template.id, number));
        if (row == null) {
            throw LaunchTemplateErrors.versionNotFound(template.id, String.valueOf(number));
        }
        return row;
    }

    /** The number of the version that a request names. */
    static long number(LaunchTemplateRow template, @Nullable String version) {
        if (version == null || version.isEmpty() || version.equals(DEFAULT)) {
            return template.defaultVersion;
        }
        if (version.equals(LATEST)) {
            return template.latestVersion;
        }
        try {
            return Long.parseLong(version);
        } catch (NumberFormatException e) {
            throw LaunchTemplateErrors.malformedVersion(version);
        }
    }

    static boolean isAlias(String version) {
        return version.equals(LATEST) || version.equals(DEFAULT);
    }

    /** Versions of one template, newest first, older than the number given. */
    List<LaunchTemplateVersionRow> versions(EntityManager entities, String templateId, long before, int limit) {
        return entities.createQuery(
                        "from LaunchTemplateVersionRow v where v.key.templateId = :template and v.key.version < :before"
                                + " order by v.key.version desc",
                        LaunchTemplateVersionRow.class)
                .setParameter("template", templateId)
                .setParameter("before", before)
                .setMaxResults(limit)
                .getResultList();
    }

    long countVersions(EntityManager entities, String templateId) {
        return entities.createQuery(
                        "select count(v) from LaunchTemplateVersionRow v where v.key.templateId = :template",
                        Long.class)
                .setParameter("template", templateId)
                .getSingleResult();
    }
}
