package io.coppice.cloud.volume;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides under which key a disk is encrypted. Each account has a key of its own for EBS, and one for each id that the
 * configuration lets users name; here they are names, by which the EBS controller derives what wraps the disks' keys.
 * Thread-safe.
 */
@ApplicationScoped
class VolumeEncryption {
    private static final List<String> OWN_KEY = List.of("alias/aws/ebs", "aws/ebs");

    private final Database database;
    private final SiteConfig site;
    private final VolumeConfig config;

    VolumeEncryption(Database database, SiteConfig site, VolumeConfig config) {
        this.database = database;
        this.site = site;
        this.config = config;
    }

    /**
     * The ARN of the key that a new disk is encrypted under; null when it is not to be. Nothing takes encryption away: what is
     * made from an encrypted disk is encrypted. Throws {@code KMS.NotFoundException}.
     *
     * @param inherited the key of what it is made from; null when that is not encrypted, or there is nothing
     */
    @Nullable
    String keyFor(AccountId account, EncryptionWish wish, @Nullable String inherited) {
        if (wish.kmsKeyId() != null) {
            return named(account, wish.kmsKeyId());
        }
        if (inherited != null) {
            return inherited;
        }
        return wish.wanted() || isDefault(account) ? defaultKey(account) : null;
    }

    /** Whether an account's volumes are encrypted when nothing is said of it. */
    boolean isDefault(AccountId account) {
        return find(account).map(EncryptionRow::byDefault).orElse(false);
    }

    /** The ARN of the key where none is named. */
    String defaultKey(AccountId account) {
        return find(account).flatMap(row -> Optional.ofNullable(row.kmsKeyId())).orElseGet(() -> ownKey(account));
    }

    private Optional<EncryptionRow> find(AccountId account) {
        return database.call(entities -> Optional.ofNullable(entities.find(EncryptionRow.class, account.value())));
    }

    /** Sets whether an account's volumes are encrypted when nothing is said of it. */
    void setDefault(AccountId account, boolean encrypt) {
        change(account, row -> row.byDefault(encrypt));
    }

    /** Sets the key where none is named, and returns its ARN; null: the account's own. Throws {@code KMS.NotFoundException}. */
    String setDefaultKey(AccountId account, @Nullable String kmsKeyId) {
        var arn = kmsKeyId == null ? null : named(account, kmsKeyId);
        change(account, row -> row.kmsKeyId(arn));
        return arn == null ? ownKey(account) : arn;
    }

    private void change(AccountId account, Consumer<EncryptionRow> change) {
        database.run(entities -> {
            entities.createNativeQuery(
                            "insert into {h-schema}ebs_encryption (account_id, by_default) values (:account, false)"
                                    + " on conflict (account_id) do nothing")
                    .setParameter("account", account.value())
                    .executeUpdate();
            var row = entities.find(EncryptionRow.class, account.value(), LockModeType.PESSIMISTIC_WRITE);
            change.accept(row);
        });
    }

    /** The ARN of a key that is named by its id, its alias, or the ARN of either. */
    private String named(AccountId account, String kmsKeyId) {
        var prefix = arn(account, "");
        var name = kmsKeyId.startsWith(prefix) ? kmsKeyId.substring(prefix.length()) : kmsKeyId;
        if (OWN_KEY.contains(name)) {
            return ownKey(account);
        }
        var id = name.startsWith("key/") ? name.substring("key/".length()) : name;
        var key = arn(account, "key/" + id);
        if (!key.equals(ownKey(account)) && !config.kmsKeys().orElse(List.of()).contains(id)) {
            throw EncryptionErrors.keyNotFound(kmsKeyId);
        }
        return key;
    }

    private String ownKey(AccountId account) {
        var id = UUID.nameUUIDFromBytes(("aws/ebs " + account).getBytes(StandardCharsets.UTF_8));
        return arn(account, "key/" + id);
    }

    private String arn(AccountId account, String resource) {
        return "arn:aws:kms:" + site.region() + ":" + account + ":" + resource;
    }
}
