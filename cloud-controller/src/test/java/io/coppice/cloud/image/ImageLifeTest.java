package io.coppice.cloud.image;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.GoldenAnswers;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.sharing.TestSharing;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.volume.Snapshots.Progress;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CancelImageLaunchPermissionRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.ImageRecycleBinInfo;
import software.amazon.awssdk.services.ec2.model.LaunchPermissionModifications;
import software.amazon.awssdk.services.ec2.model.ListImagesInRecycleBinRequest;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.RestoreImageFromRecycleBinRequest;

/** If this fails, images are lost that their owners wanted kept, become public against their will, or stay for ever. */
class ImageLifeTest {
    private static final String SNAPSHOT = "snap-00000000000000001";
    private static final TestDatabase DATABASE = ImageFixture.startDatabase();

    private final ImageFixture cloud = new ImageFixture(DATABASE);
    private final ImageFixture withBin =
            new ImageFixture(DATABASE, new TestImageConfig().keepingFor(Duration.ofHours(1)));

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("image", "tag", "public_access");
    }

    @Test
    void aProtectedImageCannotBeDeregisteredUntilItsCooldownIsOver() {
        var id = cloud.register(request -> {});
        assertEquals("disabled", protection(id));
        assertEquals("enabled-without-cooldown", protect(ALICE, id, false));
        assertEquals("enabled-without-cooldown", protection(id));
        assertEquals(
                "enabled-without-cooldown",
                cloud.attribute(id, "deregistrationProtection")
                        .deregistrationProtection()
                        .value());
        assertEquals("OperationNotPermitted", ImageFixture.code(() -> cloud.deregister(id)));
        assertEquals("disabled", unprotect(id));

        assertEquals("enabled-with-cooldown", protect(ALICE, id, true));
        // Who could choose it away would have no cooldown.
        assertEquals("enabled-with-cooldown", protect(ALICE, id, false));
        assertEquals("enabled-with-cooldown", unprotect(id));
        cloud.clock.turn(Duration.ofHours(24).minusSeconds(1));
        // To switch it off again begins nothing anew.
        assertEquals("enabled-with-cooldown", unprotect(id));
        assertEquals("OperationNotPermitted", ImageFixture.code(() -> cloud.deregister(id)));
        assertEquals("AuthFailure", ImageFixture.code(() -> {
            share(id, change -> change.add(add -> add.group("all")));
            protect(BOB, id, false);
        }));
        cloud.clock.turn(Duration.ofSeconds(1));
        assertEquals("disabled", protection(id));
        cloud.deregister(id);
        assertTrue(cloud.describe(request -> {}).isEmpty());
    }

    @Test
    void anAccountGivesUpWhatWasSharedWithIt() {
        var id = cloud.register(request -> {});
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> cancel(BOB, id)));
        share(id, change -> change.add(add -> add.userId(BOB.value())));
        assertEquals(id, cloud.images.forLaunch(BOB, id).id());
        cancel(BOB, id);
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> cloud.images.forLaunch(BOB, id)));
        share(id, change -> change.add(add -> add.group("all")));
        assertEquals("OperationNotPermitted", ImageFixture.code(() -> cancel(BOB, id)));
        assertEquals("OperationNotPermitted", ImageFixture.code(() -> cancel(ALICE, id)));
    }

    @Test
    void noImageBecomesPublicWhileItsOwnerForbidsIt() {
        var before = cloud.register(request -> request.name("before"));
        var id = cloud.register(request -> request.name("after"));
        share(before, change -> change.add(add -> add.group("all")));
        TestSharing.blockImages(DATABASE, ALICE);
        assertEquals(
                "OperationNotPermitted",
                ImageFixture.code(() -> share(id, change -> change.add(add -> add.group("all")))));
        share(id, change -> change.add(add -> add.userId(BOB.value())));
        // What is public stays so, and can be changed.
        share(before, change -> change.add(add -> add.userId(BOB.value())));
        assertEquals(before, cloud.images.forLaunch(TestRequests.BOB, before).id());
        share(before, change -> change.remove(remove -> remove.group("all")));
        assertEquals(
                "OperationNotPermitted",
                ImageFixture.code(() -> share(before, change -> change.add(add -> add.group("all")))));
    }

    @Test
    void oneThatIsSwitchedOffIsNotShared() {
        var id = cloud.register(request -> {});
        cloud.life.disable(
                TestRequests.by(ALICE, "DisableImage"),
                DisableImageRequest.builder().imageId(id.value()).build());
        assertEquals(
                "InvalidAMIID.Unavailable",
                ImageFixture.code(() -> share(id, change -> change.add(add -> add.userId(BOB.value())))));
    }

    @Test
    void whatIsDeregisteredCanBeHadBackByItsOwnerOnly() {
        var id = withBin.register(request -> request.name("the one").description("mine"));
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> restore(ALICE, id)));
        withBin.deregister(id);
        assertTrue(withBin.describe(request -> request.includeDisabled(true)).isEmpty());
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> withBin.images.forLaunch(ALICE, id)));
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> withBin.deregister(id)));
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> withBin.copy(id)));
        var seen = list(ALICE, id).getFirst();
        assertEquals("the one", seen.name());
        assertEquals("mine", seen.description());
        assertEquals(Duration.ofHours(1), Duration.between(seen.recycleBinEnterTime(), seen.recycleBinExitTime()));
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> list(BOB, id)));
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> restore(BOB, id)));
        withBin.bin.empty();
        // Its name is free meanwhile, and so it may be taken.
        var other = withBin.register(request -> request.name("the one"));
        assertEquals("InvalidAMIName.Duplicate", ImageFixture.code(() -> restore(ALICE, id)));
        withBin.deregister(other);
        restore(ALICE, id);
        assertEquals("available", withBin.describe(id).stateAsString());
        assertEquals(id, withBin.images.forLaunch(ALICE, id).id());
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> list(ALICE, id)));
    }

    @Test
    void itsSnapshotsStayAsLongAsItCanBeHadBackAndGoWithItWhenAskedFor() {
        withBin.snapshots.have(SNAPSHOT, ALICE, 1, Progress.COMPLETED);
        var id = ofSnapshot();
        assertEquals("success", withBin.deregister(id, true));
        assertEquals(List.of(), withBin.snapshots.deleted);
        assertTrue(DATABASE.call(entities -> new ImageSnapshotUse().userOf(entities, SNAPSHOT))
                .isPresent());
        withBin.clock.turn(Duration.ofMinutes(59));
        withBin.bin.empty();
        assertEquals(List.of(), withBin.snapshots.deleted);
        withBin.clock.turn(Duration.ofMinutes(1));
        withBin.bin.empty();
        assertEquals(List.of(SNAPSHOT), withBin.snapshots.deleted);
        assertEquals("InvalidAMIID.NotFound", ImageFixture.code(() -> restore(ALICE, id)));
        assertTrue(DATABASE.call(entities -> new ImageSnapshotUse().userOf(entities, SNAPSHOT))
                .isEmpty());
    }

    @Test
    void aSnapshotThatAnotherImageNeedsStays() {
        withBin.snapshots.have(SNAPSHOT, ALICE, 1, Progress.COMPLETED);
        var id = ofSnapshot();
        var other = withBin.register(request -> request.name("another")
                .imageLocation(null)
                .rootDeviceName("/dev/xvda")
                .blockDeviceMappings(disk -> disk.deviceName("/dev/xvda").ebs(ebs -> ebs.snapshotId(SNAPSHOT))));
        assertEquals("skipped", withBin.deregister(id, true));
        withBin.clock.turn(Duration.ofHours(1));
        withBin.bin.empty();
        assertEquals(List.of(), withBin.snapshots.deleted);
        withBin.keeper.await(withBin.store.find(other).orElseThrow());
        assertEquals("success", withBin.deregister(other, true));
    }

    @Test
    void answerIsAsWrittenDown() {
        var id = new ImageId("ami-0123456789abcdef0");
        withBin.store.add(new Image(
                id,
                ALICE,
                null,
                new Image.Description("my image", "for tests", "disks", "good.qcow2", "x86_64", "/dev/sda1", null),
                ImageState.AVAILABLE,
                "",
                false,
                ReadyBytes.CONTENT,
                List.of(),
                withBin.clock.instant(),
                null,
                Set.of(),
                ImageProtection.OFF,
                Map.of()));
        withBin.deregister(id);
        GoldenAnswers.check(
                "ListImagesInRecycleBin",
                withBin.binActions.list(
                        TestRequests.by(ALICE, "ListImagesInRecycleBin"),
                        ListImagesInRecycleBinRequest.builder().build()));
    }

    private ImageId ofSnapshot() {
        var id = withBin.register(request -> request.imageLocation(null)
                .rootDeviceName("/dev/xvda")
                .blockDeviceMappings(disk -> disk.deviceName("/dev/xvda").ebs(ebs -> ebs.snapshotId(SNAPSHOT))));
        withBin.keeper.await(withBin.store.find(id).orElseThrow());
        return id;
    }

    private String protection(ImageId id) {
        return cloud.describe(id).deregistrationProtection();
    }

    private String protect(AccountId account, ImageId id, boolean cooldown) {
        return cloud.life
                .protect(
                        TestRequests.by(account, "EnableImageDeregistrationProtection"),
                        EnableImageDeregistrationProtectionRequest.builder()
                                .imageId(id.value())
                                .withCooldown(cooldown)
                                .build())
                .returnValue();
    }

    private String unprotect(ImageId id) {
        return cloud.life
                .unprotect(
                        TestRequests.by(ALICE, "DisableImageDeregistrationProtection"),
                        DisableImageDeregistrationProtectionRequest.builder()
                                .imageId(id.value())
                                .build())
                .returnValue();
    }

    private void cancel(AccountId account, ImageId id) {
        cloud.life.cancelLaunchPermission(
                TestRequests.by(account, "CancelImageLaunchPermission"),
                CancelImageLaunchPermissionRequest.builder().imageId(id.value()).build());
    }

    private void share(ImageId id, Consumer<LaunchPermissionModifications.Builder> change) {
        cloud.attributes.modify(
                TestRequests.by(ALICE, "ModifyImageAttribute"),
                ModifyImageAttributeRequest.builder()
                        .imageId(id.value())
                        .launchPermission(change)
                        .build());
    }

    private List<ImageRecycleBinInfo> list(AccountId account, ImageId id) {
        return withBin.binActions
                .list(
                        TestRequests.by(account, "ListImagesInRecycleBin"),
                        ListImagesInRecycleBinRequest.builder()
                                .imageIds(id.value())
                                .build())
                .images();
    }

    private void restore(AccountId account, ImageId id) {
        withBin.binActions.restore(
                TestRequests.by(account, "RestoreImageFromRecycleBin"),
                RestoreImageFromRecycleBinRequest.builder().imageId(id.value()).build());
    }
}
