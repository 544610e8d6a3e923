package io.coppice.cloud.identity.role;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An instance profile as stored; its role comes with it. */
@Entity(name = "InstanceProfile")
@Table(name = "instance_profiles")
public class InstanceProfileRow extends EntityRow {
    @ManyToOne(fetch = FetchType.EAGER)
    @JoinColumn(name = "role_id")
    private @Nullable RoleRow role;

    /** For Hibernate only. */
    protected InstanceProfileRow() {}

    InstanceProfileRow(EntityName name, Instant createdAt) {
        super(EntityKind.INSTANCE_PROFILE.newId(), name, createdAt);
    }

    @Override
    public EntityKind kind() {
        return EntityKind.INSTANCE_PROFILE;
    }

    /** What instances with this profile become. */
    public Optional<RoleRow> role() {
        return Optional.ofNullable(role);
    }

    /** Gives it a role, or takes its role away. */
    public void carry(@Nullable RoleRow newRole) {
        role = newRole;
    }
}
