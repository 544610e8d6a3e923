package io.coppice.walrus.metadata;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.hibernate.query.MutationQuery;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/** The columns of {@link ObjectTraits}, which objects and uploads share. */
@Embeddable
@SuppressWarnings("NullAway.Init")
class TraitsColumns {
    static final String NAMES = "owner_account, owner_id, owner_name, acl, tags, storage_class, encryption, lock_mode,"
            + " lock_until, legal_hold";
    static final int COUNT = 10;
    static final String PARAMETERS = ":ownerAccount, :ownerId, :ownerName, :acl, :tags, :storageClass, :encryption,"
            + " :lockMode, :lockUntil, :legalHold";
    static final String FROM_EXCLUDED = "owner_account = excluded.owner_account, owner_id = excluded.owner_id,"
            + " owner_name = excluded.owner_name, acl = excluded.acl, tags = excluded.tags,"
            + " storage_class = excluded.storage_class, encryption = excluded.encryption,"
            + " lock_mode = excluded.lock_mode, lock_until = excluded.lock_until, legal_hold = excluded.legal_hold";

    @Column(name = "owner_account")
    private String ownerAccount;

    @Column(name = "owner_id")
    private String ownerId;

    @Column(name = "owner_name")
    private String ownerName;

    private @Nullable String acl;

    private @Nullable String tags;

    @Column(name = "storage_class")
    private String storageClass;

    private @Nullable String encryption;

    @Column(name = "lock_mode")
    private @Nullable String lockMode;

    @Column(name = "lock_until")
    private @Nullable Instant lockUntil;

    @Column(name = "legal_hold")
    private boolean legalHold;

    protected TraitsColumns() {}

    /** Reads {@link #NAMES} from the columns after {@code before}. */
    static TraitsColumns read(ResultSet row, int before) throws SQLException {
        var read = new TraitsColumns();
        var column = before;
        read.ownerAccount = row.getString(++column);
        read.ownerId = row.getString(++column);
        read.ownerName = row.getString(++column);
        read.acl = row.getString(++column);
        read.tags = row.getString(++column);
        read.storageClass = row.getString(++column);
        read.encryption = row.getString(++column);
        read.lockMode = row.getString(++column);
        var until = row.getTimestamp(++column);
        read.lockUntil = until == null ? null : until.toInstant();
        read.legalHold = row.getBoolean(++column);
        return read;
    }

    ObjectTraits traits() {
        return new ObjectTraits(
                new BucketOwner(ownerAccount, ownerId, ownerName),
                Optional.ofNullable(acl),
                Optional.ofNullable(tags),
                storageClass,
                Optional.ofNullable(encryption),
                new ObjectLock(Optional.ofNullable(lockMode), Optional.ofNullable(lockUntil), legalHold));
    }

    static void bind(MutationQuery query, ObjectTraits traits) {
        query.setParameter("ownerAccount", traits.owner().accountId())
                .setParameter("ownerId", traits.owner().canonicalId())
                .setParameter("ownerName", traits.owner().displayName())
                .setParameter("acl", traits.acl().orElse(null), String.class)
                .setParameter("tags", traits.tags().orElse(null), String.class)
                .setParameter("storageClass", traits.storageClass())
                .setParameter("encryption", traits.encryption().orElse(null), String.class)
                .setParameter("lockMode", traits.lock().mode().orElse(null), String.class)
                .setParameter("lockUntil", traits.lock().until().orElse(null), Instant.class)
                .setParameter("legalHold", traits.lock().legalHold());
    }

    static void bind(NativeQuery<?> query, ObjectTraits traits) {
        query.setParameter("ownerAccount", traits.owner().accountId())
                .setParameter("ownerId", traits.owner().canonicalId())
                .setParameter("ownerName", traits.owner().displayName())
                .setParameter("acl", traits.acl().orElse(null), String.class)
                .setParameter("tags", traits.tags().orElse(null), String.class)
                .setParameter("storageClass", traits.storageClass())
                .setParameter("encryption", traits.encryption().orElse(null), String.class)
                .setParameter("lockMode", traits.lock().mode().orElse(null), String.class)
                .setParameter("lockUntil", traits.lock().until().orElse(null), Instant.class)
                .setParameter("legalHold", traits.lock().legalHold());
    }
}
