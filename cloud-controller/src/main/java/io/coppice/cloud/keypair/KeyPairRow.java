package io.coppice.cloud.keypair;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.KeyPairId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Map;

/** A key pair as the database keeps it; never changed, only made and deleted. */
@Entity
@Table(name = "key_pair")
class KeyPairRow {
    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "name", nullable = false)
    private String name;

    @Column(name = "key_type", nullable = false)
    private String keyType;

    @Column(name = "fingerprint", nullable = false)
    private String fingerprint;

    @Column(name = "public_key", nullable = false, columnDefinition = "text")
    private String publicKey;

    @Column(name = "created_at", nullable = false)
    private Instant createdAt;

    @SuppressWarnings("NullAway.Init")
    protected KeyPairRow() {}

    KeyPairRow(AccountId account, KeyPair pair) {
        id = pair.id().value();
        accountId = account.value();
        name = pair.name();
        keyType = pair.type();
        fingerprint = pair.fingerprint();
        publicKey = pair.publicKey();
        createdAt = pair.createdAt();
    }

    String id() {
        return id;
    }

    KeyPair toKeyPair(Map<String, String> tags) {
        return new KeyPair(new KeyPairId(id), name, keyType, fingerprint, publicKey, createdAt, tags);
    }
}
