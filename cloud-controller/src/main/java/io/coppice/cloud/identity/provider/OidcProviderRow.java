package io.coppice.cloud.identity.provider;

import io.coppice.cloud.identity.entity.Identifiers;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;

/** An OpenID Connect provider that an account trusts, as stored. */
@Entity(name = "OidcProvider")
@Table(name = "oidc_providers")
public class OidcProviderRow {
    @Id
    private String id;

    @Column(name = "account_id")
    private String accountId;

    private String url;

    @Column(name = "client_ids")
    private String clientIds;

    private String thumbprints;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected OidcProviderRow() {}

    OidcProviderRow(AccountId account, String url, Instant createdAt) {
        this.id = Identifiers.unique("AOID");
        this.accountId = account.value();
        this.url = url;
        this.clientIds = "";
        this.thumbprints = "";
        this.createdAt = createdAt;
    }

    /** Its id in the database. */
    public String id() {
        return id;
    }

    /** The issuer without {@code https://}. */
    public String url() {
        return url;
    }

    /** For example {@code arn:aws:iam::123456789012:oidc-provider/login.example.com}. */
    public String arn() {
        return "arn:aws:iam::" + accountId + ":oidc-provider/" + url;
    }

    /** The audiences that tokens may be for. */
    public List<String> clientIds() {
        return lines(clientIds);
    }

    /** SHA-1 of certificates that the provider's chain may end in, hexadecimal. */
    public List<String> thumbprints() {
        return lines(thumbprints);
    }

    /** When it was made. */
    public Instant createdAt() {
        return createdAt;
    }

    void allowClients(List<String> ids) {
        clientIds = String.join("\n", ids);
    }

    void trust(List<String> newThumbprints) {
        thumbprints = String.join("\n", newThumbprints);
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
