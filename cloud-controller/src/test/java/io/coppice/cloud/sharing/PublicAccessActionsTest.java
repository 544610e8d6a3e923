package io.coppice.cloud.sharing;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.DisableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableSnapshotBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateRequest;
import software.amazon.awssdk.services.ec2.model.GetSnapshotBlockPublicAccessStateRequest;

/** If this fails, an account believes that nothing of it becomes public, and it does; or another account's choice counts. */
class PublicAccessActionsTest {
    private static final TestDatabase DATABASE = TestDatabase.start(TestSharing.ENTITY);

    private final RecordingEventLog events = new RecordingEventLog();
    private final PublicAccess access = TestSharing.in(DATABASE);
    private final PublicAccessActions actions = new PublicAccessActions(DATABASE, access, events);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("public_access");
    }

    @Test
    void imagesAndSnapshotsAreBlockedEachForItselfAndForOneAccount() {
        assertEquals("unblocked", images(ALICE));
        assertEquals("unblocked", snapshots(ALICE));
        TestSharing.blockSnapshots(DATABASE, ALICE, "block-all-sharing");
        assertEquals("unblocked", images(ALICE));
        assertEquals("block-all-sharing", snapshots(ALICE));
        TestSharing.blockImages(DATABASE, ALICE);
        assertEquals("block-new-sharing", images(ALICE));
        assertEquals("unblocked", images(BOB));
        assertEquals("unblocked", snapshots(BOB));

        assertEquals("OperationNotPermitted", code(() -> require(ALICE)));
        require(BOB);
        actions.unblockImages(
                TestRequests.by(ALICE, "DisableImageBlockPublicAccess"),
                DisableImageBlockPublicAccessRequest.builder().build());
        assertEquals("unblocked", images(ALICE));
        assertEquals("block-all-sharing", snapshots(ALICE));
        require(ALICE);
        assertEquals(1, events.kindsOf(ALICE.value()).size());
    }

    private void require(AccountId account) {
        DATABASE.run(entities -> access.requireForImages(entities, account));
    }

    @Test
    void modesThatAwsDoesNotKnowAreRefused() {
        assertEquals("MissingParameter", code(() -> blockImages(null)));
        // Images that are public stay so on AWS: it has no mode that hides them.
        assertEquals("InvalidParameterValue", code(() -> blockImages("block-all-sharing")));
        assertEquals("InvalidParameterValue", code(() -> blockImages("unblocked")));
        assertEquals("MissingParameter", code(() -> blockSnapshots("")));
        assertEquals("InvalidParameterValue", code(() -> blockSnapshots("unblocked")));
        assertEquals("unblocked", images(ALICE));
    }

    private void blockImages(@Nullable String mode) {
        actions.blockImages(
                TestRequests.by(ALICE, "EnableImageBlockPublicAccess"),
                EnableImageBlockPublicAccessRequest.builder()
                        .imageBlockPublicAccessState(mode)
                        .build());
    }

    private void blockSnapshots(String mode) {
        actions.blockSnapshots(
                TestRequests.by(ALICE, "EnableSnapshotBlockPublicAccess"),
                EnableSnapshotBlockPublicAccessRequest.builder().state(mode).build());
    }

    private String images(AccountId account) {
        var answer = actions.images(
                TestRequests.by(account, "GetImageBlockPublicAccessState"),
                GetImageBlockPublicAccessStateRequest.builder().build());
        assertEquals("account", answer.managedByAsString());
        return answer.imageBlockPublicAccessState();
    }

    private String snapshots(AccountId account) {
        return actions.snapshots(
                        TestRequests.by(account, "GetSnapshotBlockPublicAccessState"),
                        GetSnapshotBlockPublicAccessStateRequest.builder().build())
                .stateAsString();
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }
}
