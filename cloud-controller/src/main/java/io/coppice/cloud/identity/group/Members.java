package io.coppice.cloud.identity.group;

import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.Sql;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who is in which group. Works in the caller's transaction. */
public final class Members {
    private Members() {}

    /** Adds; adding twice does nothing more. */
    static void add(EntityManager entities, GroupRow group, UserRow user, Instant now) {
        entities.createNativeQuery("""
                        insert into {h-schema}group_members (group_id, user_id, added_at)
                        values (:group, :user, :now) on conflict do nothing""")
                .setParameter("group", group.id())
                .setParameter("user", user.id())
                .setParameter("now", now)
                .executeUpdate();
    }

    /** Removes; false when the user was not in the group. */
    static boolean remove(EntityManager entities, GroupRow group, UserRow user) {
        return entities.createNativeQuery("""
                        delete from {h-schema}group_members where group_id = :group and user_id = :user""")
                        .setParameter("group", group.id())
                        .setParameter("user", user.id())
                        .executeUpdate()
                > 0;
    }

    /** The unique ids of the users in a group. */
    static List<String> usersOf(EntityManager entities, GroupRow group) {
        return Sql.texts(entities, "select user_id from {h-schema}group_members where group_id = :group")
                .setParameter("group", group.id())
                .getResultList();
    }

    /** The unique ids of a user's groups. */
    public static List<String> groupsOf(EntityManager entities, String userId) {
        return groupsOf(entities, List.of(userId)).getOrDefault(userId, List.of());
    }

    /** The unique ids of these users' groups, by the user's; users in no group are left out. */
    public static Map<String, List<String>> groupsOf(EntityManager entities, Collection<String> userIds) {
        if (userIds.isEmpty()) {
            return Map.of();
        }
        var groups = new HashMap<String, List<String>>();
        Sql.rows(entities, """
                        select user_id, group_id from {h-schema}group_members
                        where user_id in (:users) order by added_at, group_id""").setParameter("users", userIds).getResultList().forEach(row -> groups.computeIfAbsent(
                        (String) row[0], any -> new ArrayList<>())
                .add((String) row[1]));
        return groups;
    }
}
