package io.coppice.cloud.identity.entity;

import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.iam.model.Tag;

/**
 * Tags of everything that IAM names, by unique id (IAM User Guide, "Tags for IAM resources"): a key keeps its case, and one
 * that differs in case only takes its place. Works in the caller's transaction.
 */
public final class EntityTags {
    private static final int MOST = 50;
    private static final int LONGEST_KEY = 128;
    private static final int LONGEST_VALUE = 256;
    private static final Pattern ALLOWED = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");
    private static final String ALLOWED_SHOWN = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*";

    private EntityTags() {}

    /** Adds or replaces. Throws {@code InvalidInput}, {@code ValidationError} or {@code LimitExceeded}. */
    public static void put(EntityManager entities, String ownerId, List<Tag> tags) {
        check(tags);
        if (tags.isEmpty()) {
            return;
        }
        entities.createNativeQuery("""
                        insert into {h-schema}iam_tags (owner_id, key, value)
                        select cast(:owner as varchar), t.key, t.value
                        from unnest(cast(:keys as varchar[]), cast(:values as varchar[])) as t(key, value)
                        on conflict (owner_id, lower(key)) do update set key = excluded.key, value = excluded.value""")
                .setParameter("owner", ownerId)
                .setParameter("keys", tags.stream().map(Tag::key).toArray(String[]::new))
                .setParameter("values", tags.stream().map(Tag::value).toArray(String[]::new))
                .executeUpdate();
        if (of(entities, ownerId).size() > MOST) {
            throw IamErrors.limitExceeded("TagsPerResource", MOST);
        }
    }

    /** Removes those keys, whatever their case; keys that are not there do not matter. */
    public static void remove(EntityManager entities, String ownerId, List<String> keys) {
        if (keys.size() > MOST) {
            throw IamErrors.invalid("tagKeys", "Member must have length less than or equal to " + MOST);
        }
        entities.createNativeQuery("""
                        delete from {h-schema}iam_tags
                        where owner_id = :owner and lower(key) = any(cast(:keys as varchar[]))""")
                .setParameter("owner", ownerId)
                .setParameter(
                        "keys",
                        keys.stream().map(key -> key.toLowerCase(Locale.ROOT)).toArray(String[]::new))
                .executeUpdate();
    }

    /** Forgets the tags of something that is deleted. */
    public static void removeAll(EntityManager entities, String ownerId) {
        entities.createNativeQuery("delete from {h-schema}iam_tags where owner_id = :owner")
                .setParameter("owner", ownerId)
                .executeUpdate();
    }

    /** The tags of one, in the order of their keys. */
    public static List<Tag> of(EntityManager entities, String ownerId) {
        return of(entities, List.of(ownerId)).getOrDefault(ownerId, List.of());
    }

    /** The tags of these, each in the order of their keys; those without are left out. */
    public static Map<String, List<Tag>> of(EntityManager entities, Collection<String> ownerIds) {
        if (ownerIds.isEmpty()) {
            return Map.of();
        }
        var found = new HashMap<String, Map<String, String>>();
        Sql.rows(entities, "select owner_id, key, value from {h-schema}iam_tags where owner_id in (:owners)")
                .setParameter("owners", ownerIds)
                .getResultList()
                .forEach(row -> found.computeIfAbsent((String) row[0], any -> new TreeMap<>())
                        .put((String) row[1], (String) row[2]));
        var tags = new HashMap<String, List<Tag>>();
        found.forEach((owner, pairs) -> tags.put(
                owner,
                pairs.entrySet().stream()
                        .map(pair -> Tag.builder()
                                .key(pair.getKey())
                                .value(pair.getValue())
                                .build())
                        .toList()));
        return tags;
    }

    private static void check(List<Tag> tags) {
        if (tags.size() > MOST) {
            throw IamErrors.invalid("tags", "Member must have length less than or equal to " + MOST);
        }
        var keys = new HashSet<String>();
        for (var i = 0; i < tags.size(); i++) {
            var at = "tags." + (i + 1) + ".member.";
            var key = Require.length(at + "key", tags.get(i).key(), 1, LONGEST_KEY);
            Require.pattern(at + "key", key, ALLOWED, ALLOWED_SHOWN);
            var value = Require.length(at + "value", tags.get(i).value(), 0, LONGEST_VALUE);
            Require.pattern(at + "value", value, ALLOWED, ALLOWED_SHOWN);
            if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
                throw IamErrors.invalidInput("System tags cannot be added/updated by requester.");
            }
            if (!keys.add(key.toLowerCase(Locale.ROOT))) {
                throw IamErrors.invalidInput(
                        "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            }
        }
    }
}
