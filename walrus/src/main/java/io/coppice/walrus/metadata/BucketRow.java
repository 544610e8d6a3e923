package io.coppice.walrus.metadata;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    private @Nullable String versioning;

    @Column(name = "object_lock")
    private boolean objectLock;

    private @Nullable String acl;

    private @Nullable String policy;

    @Column(name = "public_access_block")
    private @Nullable String publicAccessBlock;

    @Column(name = "ownership_controls")
    private @Nullable String ownershipControls;

    private @Nullable String tagging;

    private @Nullable String cors;

    private @Nullable String lifecycle;

    private @Nullable String website;

    private @Nullable String logging;

    private @Nullable String notification;

    private @Nullable String encryption;

    @Column(name = "object_lock_rule")
    private @Nullable String objectLockRule;

    @Column(name = "request_payment")
    private @Nullable String requestPayment;

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

    /** The owner of the bucket. */
    public BucketOwner owner() {
        return new BucketOwner(accountId, canonicalId, ownerName);
    }

    /** Whether it keeps what is overwritten. */
    public Versioning versioning() {
        return Versioning.of(versioning);
    }

    /** Whether objects in it can be locked. */
    public boolean objectLock() {
        return objectLock;
    }

    /** A document that was set on it. */
    public Optional<String> setting(BucketSetting name) {
        return Optional.ofNullable(
                switch (name) {
                    case ACL -> acl;
                    case POLICY -> policy;
                    case PUBLIC_ACCESS_BLOCK -> publicAccessBlock;
                    case OWNERSHIP_CONTROLS -> ownershipControls;
                    case TAGGING -> tagging;
                    case CORS -> cors;
                    case LIFECYCLE -> lifecycle;
                    case WEBSITE -> website;
                    case LOGGING -> logging;
                    case NOTIFICATION -> notification;
                    case ENCRYPTION -> encryption;
                    case OBJECT_LOCK -> objectLockRule;
                    case REQUEST_PAYMENT -> requestPayment;
                });
    }

    /** When it was made. */
    public Instant createdAt() {
        return createdAt;
    }
}
