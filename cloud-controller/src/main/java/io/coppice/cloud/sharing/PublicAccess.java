package io.coppice.cloud.sharing;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Objects;

/** Whether accounts may make their images and snapshots public. Thread-safe. */
@ApplicationScoped
public class PublicAccess {
    /** What can be public. */
    enum Subject {
        IMAGES,
        SNAPSHOTS
    }

    private final Database database;

    PublicAccess(Database database) {
        this.database = database;
    }

    /**
     * Throws {@code OperationNotPermitted} when an account may make no image public. Whoever forbids it from now on waits for the
     * end of the caller's transaction.
     */
    public void requireForImages(EntityManager entities, AccountId account) {
        if (locked(entities, account, LockModeType.PESSIMISTIC_READ).of(Subject.IMAGES) != PublicAccessMode.UNBLOCKED) {
            throw blocked("image", "AMIs", "DisableImageBlockPublicAccess");
        }
    }

    /** As {@link #requireForImages}, of snapshots. */
    public void requireForSnapshots(EntityManager entities, AccountId account) {
        var row = locked(entities, account, LockModeType.PESSIMISTIC_READ);
        if (row.of(Subject.SNAPSHOTS) != PublicAccessMode.UNBLOCKED) {
            throw blocked("snapshot", "EBS snapshots", "DisableSnapshotBlockPublicAccess");
        }
    }

    private static AwsException blocked(String what, String all, String action) {
        return AwsException.client(
                "OperationNotPermitted",
                "You can't publicly share this " + what + " because block public access for " + all
                        + " is enabled for this account. To publicly share the " + what + ", you must call the "
                        + action + " API.");
    }

    PublicAccessMode mode(AccountId account, Subject subject) {
        return database.read(entities -> {
            var row = entities.find(PublicAccessRow.class, account.value());
            return row == null ? PublicAccessMode.UNBLOCKED : row.of(subject);
        });
    }

    /** Belongs in the caller's transaction. */
    void choose(EntityManager entities, AccountId account, Subject subject, PublicAccessMode mode) {
        locked(entities, account, LockModeType.PESSIMISTIC_WRITE).choose(subject, mode);
    }

    /** The account's row, which is made where there is none, so that there is always something to lock. */
    private static PublicAccessRow locked(EntityManager entities, AccountId account, LockModeType lock) {
        entities.createNativeQuery("insert into {h-schema}public_access (account_id, images, snapshots)"
                        + " values (:account, 'unblocked', 'unblocked') on conflict (account_id) do nothing")
                .setParameter("account", account.value())
                .executeUpdate();
        return Objects.requireNonNull(entities.find(PublicAccessRow.class, account.value(), lock));
    }
}
