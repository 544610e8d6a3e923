package io.coppice.cloud.identity.administration;

import io.coppice.cloud.identity.AccountRow;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Sql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes an account away. What costs or holds data (instances, volumes, images, …) must be gone before, always: to end those
 * is never a side effect. Users, roles, policies and the like must be gone too, or go with the account when the operator
 * says so. Works in the caller's transaction.
 */
final class AccountRemoval {
    /** What goes with an account, in an order in which nothing refers to what is gone. All have the column account_id. */
    private static final List<String> OF_ACCOUNT = List.of(
            "access_keys",
            "account_settings",
            "ebs_encryption",
            "public_access",
            "root_replacement",
            "account_policies",
            "account_quotas",
            "account_aliases",
            "credential_reports",
            "password_policies",
            "oidc_providers",
            "server_certificates",
            "mfa_devices",
            "policy_attachments",
            "instance_profiles",
            "roles",
            "user_groups",
            "managed_policies",
            "users");

    /** Rows that are no resources of anybody: they may outlive the account, as its history, or go by themselves. */
    private static final Set<String> NOT_RESOURCES =
            Set.of("events", "tag", "image_launch_permission", "reservations", "client_tokens", "launch_usage");

    private static final String PRINCIPALS = """
            select id from {h-schema}users where account_id = :account
            union all select id from {h-schema}roles where account_id = :account
            union all select id from {h-schema}user_groups where account_id = :account
            union all select id from {h-schema}managed_policies where account_id = :account
            union all select id from {h-schema}instance_profiles where account_id = :account
            union all select id from {h-schema}mfa_devices where account_id = :account
            union all select id from {h-schema}server_certificates where account_id = :account""";

    private static final String DEFAULT_VPC =
            "select id from {h-schema}vpcs where account_id = :account and is_default";

    private static final List<String> BEFORE = List.of(
            "update {h-schema}vpc_generations set deleted = true, changed_at = now(),"
                    + " generation = nextval('network_generations'),"
                    + " changed_in = cast(cast(pg_current_xact_id() as text) as bigint)"
                    + " where vpc_id in (select id from {h-schema}vpcs where account_id = :account)",
            "delete from {h-schema}network_segments where owner_id in (select id from {h-schema}vpcs where account_id ="
                    + " :account union all select id from {h-schema}subnets where account_id = :account)",
            "delete from {h-schema}nat_gateways where account_id = :account",
            "delete from {h-schema}vpc_peerings where account_id = :account",
            "delete from {h-schema}internet_gateways where account_id = :account",
            "delete from {h-schema}vpcs where account_id = :account",
            "delete from {h-schema}dhcp_options where account_id = :account",
            "delete from {h-schema}network_accounts where id = :account",
            "delete from {h-schema}login_profiles where user_id in (select id from {h-schema}users where account_id ="
                    + " :account)",
            "delete from {h-schema}earlier_passwords where user_id in (select id from {h-schema}users where account_id ="
                    + " :account)",
            "delete from {h-schema}user_public_keys where user_id in (select id from {h-schema}users where account_id ="
                    + " :account)",
            "delete from {h-schema}group_members where user_id in (select id from {h-schema}users where account_id ="
                    + " :account)",
            "delete from {h-schema}managed_policy_versions where policy_id in (select id from {h-schema}managed_policies"
                    + " where account_id = :account)",
            "delete from {h-schema}inline_policies where principal_id in (" + PRINCIPALS + ")",
            "delete from {h-schema}iam_tags where owner_id in (" + PRINCIPALS + ")");

    private AccountRemoval() {}

    /** Throws {@code DeleteConflict} when the account has buckets: they never go with it. */
    static void requireNoBuckets(AccountId account, long buckets) {
        if (buckets > 0) {
            throw IamErrors.deleteConflictOf(
                    "Account " + account + " still has " + buckets + " buckets. Delete them first.");
        }
    }

    /** Throws {@code DeleteConflict} when something of the account is left that must not go with it. */
    static void remove(EntityManager entities, AccountRow account, boolean recursive) {
        if (account.system()) {
            throw IamErrors.deleteConflictOf("The cloud's own account cannot be deleted.");
        }
        var left = resources(entities, account);
        if (!left.isEmpty()) {
            throw IamErrors.deleteConflictOf(
                    "Account " + account.name() + " still has " + String.join(", ", left) + ". Delete them first.");
        }
        if (!recursive && hasPrincipals(entities, account)) {
            throw IamErrors.deleteConflictOf("Account " + account.name()
                    + " still has users, groups, roles or policies. Delete them first, or set Recursive.");
        }
        BEFORE.forEach(sql -> execute(entities, sql, account));
        OF_ACCOUNT.forEach(
                table -> execute(entities, "delete from {h-schema}" + table + " where account_id = :account", account));
        execute(entities, "delete from {h-schema}accounts where id = :account", account);
    }

    /** For example {@code 3 instances}; whatever table of another feature names the account. */
    private static List<String> resources(EntityManager entities, AccountRow account) {
        var tables =
                Sql.texts(entities, """
                        select c.table_name from information_schema.columns c
                        join information_schema.tables t using (table_schema, table_name)
                        where c.column_name = 'account_id' and c.table_schema = (
                          select n.nspname from {h-schema}accounts a
                          join pg_class k on k.oid = a.tableoid join pg_namespace n on n.oid = k.relnamespace
                          where a.id = :account)
                        and t.table_type = 'BASE TABLE' order by c.table_name""").setParameter("account", account.id()).getResultList();
        var ours = new HashSet<>(OF_ACCOUNT);
        var left = new ArrayList<String>();
        for (var table : tables) {
            if (!ours.contains(table) && !NOT_RESOURCES.contains(table)) {
                var count = count(entities, table, account);
                if (count > 0) {
                    left.add(count + " " + table.replace('_', ' '));
                }
            }
        }
        return left;
    }

    private static long count(EntityManager entities, String table, AccountRow account) {
        var alive =
                switch (table) {
                    case "instances" -> " and state <> 'TERMINATED'";
                    case "image" -> " and state <> 'deregistered'";
                    // The network that every account is given goes with the account.
                    case "vpcs", "dhcp_options" -> " and not is_default";
                    case "subnets", "route_tables", "network_acls" -> " and vpc_id not in (" + DEFAULT_VPC + ")";
                    case "security_groups" -> " and not (name = 'default' and vpc_id in (" + DEFAULT_VPC + "))";
                    case "internet_gateways" -> " and (vpc_id is null or vpc_id not in (" + DEFAULT_VPC + "))";
                    case "nat_gateways" -> " and state not in ('deleted', 'failed')";
                    case "vpc_peerings" -> " and status in ('pending-acceptance', 'active')";
                    default -> "";
                };
        var number = (Number) entities.createNativeQuery(
                        "select count(*) from {h-schema}\"" + table + "\" where account_id = :account" + alive)
                .setParameter("account", account.id())
                .getSingleResult();
        return number.longValue();
    }

    /** Whether there is more than the administrator that every account begins with. */
    private static boolean hasPrincipals(EntityManager entities, AccountRow account) {
        var number = (Number) entities.createNativeQuery("select count(*) from (" + PRINCIPALS + ") as principals")
                .setParameter("account", account.id())
                .getSingleResult();
        return number.longValue() > 1;
    }

    private static void execute(EntityManager entities, String sql, AccountRow account) {
        entities.createNativeQuery(sql).setParameter("account", account.id()).executeUpdate();
    }
}
