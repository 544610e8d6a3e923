package io.coppice.cloud.tag;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** One tag as the database keeps it. Written by {@link StoredTags} in SQL, so that setting one again replaces it. */
@Entity
@Table(name = "tag")
class TagRow {
    @EmbeddedId
    private Key id;

    @Column(name = "value", nullable = false)
    private String value;

    @Column(name = "resource_type", nullable = false)
    private String resourceType;

    @SuppressWarnings("NullAway.Init")
    protected TagRow() {}

    ResourceTag toTag() {
        return new ResourceTag(id.resourceId(), resourceType, id.key(), value);
    }

    /** Whose tag, on what, by which key. */
    @Embeddable
    record Key(
            @Column(name = "account_id") String accountId,
            @Column(name = "resource_id") String resourceId,
            @Column(name = "key") String key) {}
}
