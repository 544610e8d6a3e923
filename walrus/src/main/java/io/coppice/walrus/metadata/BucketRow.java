package io.coppice.walrus.metadata;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A bucket as it is kept. Read only: {@link Buckets} changes it. */
@Entity
@Table(name = "bucket")
@SuppressWarnings("NullAway.Init")
public class BucketRow {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "bucket_id")
    private long bucketId;

    private String name;

    @Column(name = "account_id")
    private String accountId;

    @Column(name = "canonical_id")
    private String canonicalId;

    @Column(name = "owner_name")
    private String ownerName;

    private String region;

    @Column(name = "created_at")
    private Instant createdAt;

    protected BucketRow() {}

    /** Identity inside the database. */
    public long bucketId() {
        return bucketId;
    }

    /** The name, unique in the whole store. */
    public String name() {
        return name;
    }

    /** The account that owns it, twelve digits. */
    public String accountId() {
        return accountId;
    }

    /** The owner's canonical id, 64 hexadecimal digits. */
    public String canonicalId() {
        return canonicalId;
    }

    /** The owner's name for people. */
    public String ownerName() {
        return ownerName;
    }

    /** The region it was made in. */
    public String region() {
        return region;
    }

    /** When it was made. */
    public Instant createdAt() {
        return createdAt;
    }
}
