package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** What an account chose for the encryption of its new volumes, as the database keeps it. */
@Entity
@Table(name = "ebs_encryption")
class EncryptionRow {
    @Id
    @Column(name = "account_id")
    private String accountId;

    @Column(name = "by_default", nullable = false)
    private boolean byDefault;

    @Column(name = "kms_key_id")
    private @Nullable String kmsKeyId;

    @SuppressWarnings("NullAway.Init")
    protected EncryptionRow() {}

    EncryptionRow(AccountId account) {
        accountId = account.value();
    }

    /** Whether what does not say so is encrypted too. */
    boolean byDefault() {
        return byDefault;
    }

    void byDefault(boolean encrypt) {
        byDefault = encrypt;
    }

    /** The ARN of the key where none is named; null: the account's own. */
    @Nullable
    String kmsKeyId() {
        return kmsKeyId;
    }

    void kmsKeyId(@Nullable String arn) {
        kmsKeyId = arn;
    }
}
