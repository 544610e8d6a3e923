package io.coppice.cloud.sharing;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import software.amazon.awssdk.services.ec2.model.DisableSnapshotBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableSnapshotBlockPublicAccessRequest;

/** The product's rule on what may be public for the tests of other features. */
public final class TestSharing {
    /** The entity that a test's database must map. */
    public static final Class<?> ENTITY = PublicAccessRow.class;

    private TestSharing() {}

    /** The rule as this database has it. */
    public static PublicAccess in(Database database) {
        return new PublicAccess(database);
    }

    /** An account lets no image become public. */
    public static void blockImages(Database database, AccountId account) {
        actions(database)
                .blockImages(
                        TestRequests.by(account, "EnableImageBlockPublicAccess"),
                        EnableImageBlockPublicAccessRequest.builder()
                                .imageBlockPublicAccessState("block-new-sharing")
                                .build());
    }

    /** An account keeps its snapshots from the public so far. */
    public static void blockSnapshots(Database database, AccountId account, String mode) {
        actions(database)
                .blockSnapshots(
                        TestRequests.by(account, "EnableSnapshotBlockPublicAccess"),
                        EnableSnapshotBlockPublicAccessRequest.builder()
                                .state(mode)
                                .build());
    }

    /** An account's snapshots may be public again. */
    public static void unblockSnapshots(Database database, AccountId account) {
        actions(database)
                .unblockSnapshots(
                        TestRequests.by(account, "DisableSnapshotBlockPublicAccess"),
                        DisableSnapshotBlockPublicAccessRequest.builder().build());
    }

    private static PublicAccessActions actions(Database database) {
        return new PublicAccessActions(database, in(database), new RecordingEventLog());
    }
}
