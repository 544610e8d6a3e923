package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server's certificate as stored: its key is sealed. */
@Entity(name = "ServerCertificate")
@Table(name = "server_certificates")
public class ServerCertificateRow extends EntityRow {
    private String certificate;

    private @Nullable String chain;

    @Column(name = "sealed_key")
    private byte[] sealedKey;

    @Column(name = "expires_at")
    private Instant expiresAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected ServerCertificateRow() {}

    ServerCertificateRow(EntityName name, CertificateText text, Instant expiresAt, Instant createdAt) {
        super(EntityKind.SERVER_CERTIFICATE.newId(), name, createdAt);
        this.certificate = text.certificate();
        this.chain = text.chain();
        this.expiresAt = expiresAt;
        this.sealedKey = new byte[0];
    }

    @Override
    public EntityKind kind() {
        return EntityKind.SERVER_CERTIFICATE;
    }

    /** PEM. */
    public String certificate() {
        return certificate;
    }

    /** PEM, from the immediate signer on. */
    public Optional<String> chain() {
        return Optional.ofNullable(chain);
    }

    /** The private key in PEM, as {@code SecretBox} sealed it for this id. */
    public byte[] sealedKey() {
        return sealedKey.clone();
    }

    /** The end of its validity. */
    public Instant expiresAt() {
        return expiresAt;
    }

    /** The private key, sealed for this id. */
    void keep(byte[] sealed) {
        sealedKey = sealed.clone();
    }

    /** What is public of it, in PEM. */
    record CertificateText(String certificate, @Nullable String chain) {}
}
