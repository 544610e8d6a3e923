package io.coppice.cloud.identity;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A user as stored; the account comes with it. */
@Entity(name = "User")
@Table(name = "users")
public class UserRow extends EntityRow {
    @ManyToOne(fetch = FetchType.EAGER, optional = false)
    @JoinColumn(name = "account_id", insertable = false, updatable = false)
    private AccountRow owner;

    @Column(name = "boundary_arn")
    private @Nullable String boundaryArn;

    @Column(name = "password_last_used_at")
    private @Nullable Instant passwordLastUsedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected UserRow() {}

    /** A new user. */
    public UserRow(AccountRow owner, String path, String name, Instant createdAt) {
        super(EntityKind.USER.newId(), new EntityName(new AccountId(owner.id()), path, name), createdAt);
        this.owner = owner;
    }

    @Override
    public EntityKind kind() {
        return EntityKind.USER;
    }

    /** The permissions boundary. */
    public Optional<String> boundaryArn() {
        return Optional.ofNullable(boundaryArn);
    }

    /** When the password last opened the console. */
    public Optional<Instant> passwordLastUsedAt() {
        return Optional.ofNullable(passwordLastUsedAt);
    }

    /** Sets the permissions boundary, or takes it off. */
    public void bound(@Nullable String policyArn) {
        boundaryArn = policyArn;
    }

    /** Notes a sign-in by password. */
    public void passwordUsed(Instant at) {
        passwordLastUsedAt = at;
    }

    AccountRow owner() {
        return owner;
    }
}
