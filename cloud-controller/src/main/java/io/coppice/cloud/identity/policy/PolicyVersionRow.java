package io.coppice.cloud.identity.policy;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** A version of a managed policy as stored; it never changes. */
@Entity(name = "PolicyVersion")
@Table(name = "managed_policy_versions")
public class PolicyVersionRow {
    @EmbeddedId
    private Key key;

    private String document;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected PolicyVersionRow() {}

    PolicyVersionRow(String policyId, int number, String document, Instant createdAt) {
        this.key = new Key(policyId, number);
        this.document = document;
        this.createdAt = createdAt;
    }

    /** The policy's unique id. */
    public String policyId() {
        return key.policyId();
    }

    /** 1 and up. */
    public int number() {
        return key.number();
    }

    /** JSON, as it was given. */
    public String document() {
        return document;
    }

    /** When it was made. */
    public Instant createdAt() {
        return createdAt;
    }

    /**
     * Which version of which policy.
     *
     * @param number 1 and up
     */
    @Embeddable
    public record Key(@Column(name = "policy_id") String policyId, int number) {}
}
