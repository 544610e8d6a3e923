package io.coppice.cloud.identity.account;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** The last credential report of an account as stored. */
@Entity(name = "CredentialReport")
@Table(name = "credential_reports")
public class CredentialReportRow {
    @Id
    @Column(name = "account_id")
    private String accountId;

    private String content;

    @Column(name = "generated_at")
    private Instant generatedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected CredentialReportRow() {}

    CredentialReportRow(String accountId, String content, Instant generatedAt) {
        this.accountId = accountId;
        this.content = content;
        this.generatedAt = generatedAt;
    }

    String accountId() {
        return accountId;
    }

    String content() {
        return content;
    }

    Instant generatedAt() {
        return generatedAt;
    }
}
