package io.coppice.cloud.launchtemplate;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** One version of a launch template; never changed. */
@Entity
@Table(name = "launch_template_versions")
class LaunchTemplateVersionRow {
    @EmbeddedId
    Key key;

    @Column(name = "description", updatable = false)
    String description;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "created_by", updatable = false)
    String createdBy;

    /** The parameters as a request has them, form-encoded: see {@link io.coppice.wire.query.RequestWriter}. */
    @Column(name = "parameters", updatable = false)
    String parameters;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected LaunchTemplateVersionRow() {}

    LaunchTemplateVersionRow(Key key, String description, Instant createdAt, String createdBy, String parameters) {
        this.key = key;
        this.description = description;
        this.createdAt = createdAt;
        this.createdBy = createdBy;
        this.parameters = parameters;
    }

    /** Which version of which template. */
    @Embeddable
    record Key(
            @Column(name = "template_id") String templateId,
            @Column(name = "version") long version) {}
}
