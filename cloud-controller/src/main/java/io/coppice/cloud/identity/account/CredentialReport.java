package io.coppice.cloud.identity.account;

import io.coppice.cloud.identity.AccessKeyRow;
import io.coppice.cloud.identity.AccountRow;
import io.coppice.cloud.identity.KeyUse;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.credential.LoginProfiles;
import io.coppice.cloud.identity.entity.Sql;
import io.coppice.cloud.identity.user.Users;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the credential report (IAM User Guide, "Get credential reports for your AWS account"): CSV with a line for the root
 * and one for each user. Works in the caller's transaction.
 */
final class CredentialReport {
    private static final String HEADER = "user,arn,user_creation_time,password_enabled,password_last_used,"
            + "password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
            + "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
            + "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,"
            + "access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
    /** What AWS calls the root in this report; no user can have this name as id. */
    private static final String ROOT = "<root_account>";

    private static final String NONE = "N/A";
    private static final String UNKNOWN = "not_supported";
    private static final int KEYS = 2;
    private static final int KEY_COLUMNS = 5;

    private CredentialReport() {}

    static String write(EntityManager entities, AccountId account, Instant now) {
        var users = Users.ROWS.all(entities, account);
        var keys = entities.createQuery(
                        "select k from AccessKey k where k.account.id = :account order by k.createdAt, k.id",
                        AccessKeyRow.class)
                .setParameter("account", account.value())
                .getResultStream()
                .collect(
                        Collectors.groupingBy(key -> key.user().map(UserRow::id).orElse(ROOT)));
        var passwords = Sql.rows(entities, """
                        select l.user_id, l.changed_at from {h-schema}login_profiles l
                        join {h-schema}users u on u.id = l.user_id where u.account_id = :account""")
                .setParameter("account", account.value())
                .getResultStream()
                .collect(Collectors.toMap(row -> (String) row[0], row -> (Instant) row[1]));
        var devices = Set.copyOf(Sql.texts(
                        entities,
                        "select user_id from {h-schema}mfa_devices where account_id = :account and user_id is not null")
                .setParameter("account", account.value())
                .getResultList());
        var certificates = certificates(entities, account);
        var maxAgeDays = LoginProfiles.rules(entities, account)
                .map(rules -> rules.maxAgeDays())
                .orElse(0);
        var lines = new StringBuilder(HEADER).append('\n').append(root(entities, account, keys));
        for (var user : users) {
            var changed = Optional.ofNullable(passwords.get(user.id()));
            var fields = new ArrayList<>(List.of(
                    user.name(),
                    user.arn(),
                    user.createdAt().toString(),
                    Boolean.toString(changed.isPresent()),
                    user.passwordLastUsedAt()
                            .map(Instant::toString)
                            .orElse(changed.isPresent() ? "no_information" : NONE),
                    changed.map(Instant::toString).orElse(NONE),
                    changed.filter(at -> maxAgeDays > 0)
                            .map(at -> at.plus(Duration.ofDays(maxAgeDays)).toString())
                            .orElse(NONE),
                    Boolean.toString(devices.contains(user.id()))));
            addKeys(fields, keys.getOrDefault(user.id(), List.of()));
            addCertificates(fields, certificates.getOrDefault(user.id(), List.of()));
            lines.append('\n').append(line(fields));
        }
        return lines.toString();
    }

    private static String root(EntityManager entities, AccountId account, Map<String, List<AccessKeyRow>> keys) {
        var row = entities.find(AccountRow.class, account.value());
        var fields = new ArrayList<>(List.of(
                ROOT,
                "arn:aws:iam::" + account + ":root",
                row.createdAt().toString(),
                "false",
                NONE,
                UNKNOWN,
                UNKNOWN,
                "false"));
        addKeys(fields, keys.getOrDefault(ROOT, List.of()));
        addCertificates(fields, List.of());
        return line(fields);
    }

    private static Map<String, List<Object[]>> certificates(EntityManager entities, AccountId account) {
        return Sql.rows(entities, """
                        select k.user_id, k.active, k.created_at from {h-schema}user_public_keys k
                        join {h-schema}users u on u.id = k.user_id
                        where u.account_id = :account and k.kind = 'SIGNING' order by k.created_at""")
                .setParameter("account", account.value())
                .getResultStream()
                .collect(Collectors.groupingBy(row -> (String) row[0]));
    }

    private static void addKeys(List<String> fields, List<AccessKeyRow> keys) {
        for (var i = 0; i < KEYS; i++) {
            if (i >= keys.size()) {
                fields.add("false");
                fields.addAll(
                        Stream.generate(() -> NONE).limit(KEY_COLUMNS - 1L).toList());
                continue;
            }
            var key = keys.get(i);
            fields.add(Boolean.toString(key.active()));
            fields.add(key.createdAt().toString());
            fields.add(key.lastUse().map(use -> use.at().toString()).orElse(NONE));
            fields.add(key.lastUse().map(KeyUse::region).orElse(NONE));
            fields.add(key.lastUse().map(KeyUse::service).orElse(NONE));
        }
    }

    private static void addCertificates(List<String> fields, List<Object[]> certificates) {
        for (var i = 0; i < KEYS; i++) {
            fields.add(i < certificates.size() ? certificates.get(i)[1].toString() : "false");
            fields.add(i < certificates.size() ? certificates.get(i)[2].toString() : NONE);
        }
    }

    /** Paths and the regions that clients sign with may hold commas and quotes. */
    private static String line(List<String> fields) {
        return fields.stream()
                .map(field -> field.matches("[^,\"\\r\\n]*") ? field : "\"" + field.replace("\"", "\"\"") + "\"")
                .collect(Collectors.joining(","));
    }
}
