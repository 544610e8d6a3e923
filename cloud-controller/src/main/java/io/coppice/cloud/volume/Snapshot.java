package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot.
 *
 * @param volumeId what it is of; the volume may be gone
 * @param sourceId the snapshot that it is a copy of; null when it is none
 * @param sizeGib of the volume when it was taken
 * @param kmsKeyId the ARN of the key that it is encrypted under; null when it is not
 * @param sharing who may make volumes from it besides its owner
 * @param completedAt null while it is not there
 */
record Snapshot(
        SnapshotId id,
        AccountId owner,
        String volumeId,
        @Nullable String sourceId,
        int sizeGib,
        @Nullable String kmsKeyId,
        String description,
        SnapshotState state,
        String errorMessage,
        Sharing sharing,
        Instant startedAt,
        @Nullable Instant completedAt,
        Map<String, String> tags) {
    /** Whether it is encrypted. */
    boolean encrypted() {
        return kmsKeyId != null;
    }

    /** Whether this account may make volumes from it. */
    boolean allows(AccountId account) {
        return owner.equals(account) || sharing.isPublic() || sharing.accounts().contains(account);
    }

    /** Who may make volumes from a snapshot besides its owner. */
    record Sharing(boolean isPublic, Set<AccountId> accounts) {
        static final Sharing NONE = new Sharing(false, Set.of());

        /** Keeps its own copy. */
        Sharing {
            accounts = Set.copyOf(accounts);
        }
    }
}
