package io.coppice.cloud.identity.credential;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** An account's rules for passwords as stored. */
@Entity(name = "PasswordPolicy")
@Table(name = "password_policies")
public class PasswordPolicyRow {
    @Id
    @Column(name = "account_id")
    private String accountId;

    @Column(name = "minimum_length")
    private int minimumLength;

    @Column(name = "require_symbols")
    private boolean requireSymbols;

    @Column(name = "require_numbers")
    private boolean requireNumbers;

    @Column(name = "require_uppercase")
    private boolean requireUppercase;

    @Column(name = "require_lowercase")
    private boolean requireLowercase;

    @Column(name = "users_may_change")
    private boolean usersMayChange;

    @Column(name = "max_age_days")
    private int maxAgeDays;

    @Column(name = "remembered_passwords")
    private int rememberedPasswords;

    @Column(name = "hard_expiry")
    private boolean hardExpiry;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected PasswordPolicyRow() {}

    PasswordPolicyRow(String accountId, PasswordRules rules) {
        this.accountId = accountId;
        this.minimumLength = rules.minimumLength();
        this.requireSymbols = rules.requireSymbols();
        this.requireNumbers = rules.requireNumbers();
        this.requireUppercase = rules.requireUppercase();
        this.requireLowercase = rules.requireLowercase();
        this.usersMayChange = rules.usersMayChange();
        this.maxAgeDays = rules.maxAgeDays();
        this.rememberedPasswords = rules.rememberedPasswords();
        this.hardExpiry = rules.hardExpiry();
    }

    PasswordRules rules() {
        return new PasswordRules(
                minimumLength,
                requireSymbols,
                requireNumbers,
                requireUppercase,
                requireLowercase,
                usersMayChange,
                maxAgeDays,
                rememberedPasswords,
                hardExpiry);
    }
}
