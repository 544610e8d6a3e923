package io.coppice.cloud.identity.group;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** A group as stored. */
@Entity(name = "UserGroup")
@Table(name = "user_groups")
public class GroupRow extends EntityRow {
    /** For Hibernate only. */
    protected GroupRow() {}

    GroupRow(EntityName name, Instant createdAt) {
        super(EntityKind.GROUP.newId(), name, createdAt);
    }

    @Override
    public EntityKind kind() {
        return EntityKind.GROUP;
    }
}
