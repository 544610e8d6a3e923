package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static io.coppice.cloud.volume.VolumeFixture.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.sharing.TestSharing;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DisableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.EnableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.ModifyEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetEbsDefaultKmsKeyIdRequest;

/** If this failed, disks that should be encrypted would lie in the clear, or under another key than was asked for. */
class EncryptionTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();
    private static final String ZONE = "us-east-1a";

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final EncryptionActions settings = new EncryptionActions(cloud.encryption);
    private final StoredSnapshots stored = new StoredSnapshots(
            cloud.store, cloud.snapshots, cloud.snapshotTaker, cloud.bin, List.of(), cloud.encryption, cloud.events);
    private final SnapshotActions snapshots =
            new SnapshotActions(DATABASE, cloud.snapshots, cloud.store, stored, TestSite.config());

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void start() {
        cloud.empty();
        cloud.keeper.start();
        cloud.snapshotKeeper.start();
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void nothingIsEncryptedUnlessAskedFor() {
        var plain = create(request -> {});
        assertFalse(plain.encrypted());
        assertNull(plain.kmsKeyId());
        assertEquals("", cloud.ebs.told(ready(plain)).getKmsKeyId());
        var encrypted = create(request -> request.encrypted(true));
        assertTrue(encrypted.encrypted());
        assertEquals(defaultKey(ALICE), encrypted.kmsKeyId());
        assertEquals(defaultKey(ALICE), cloud.ebs.told(ready(encrypted)).getKmsKeyId());
        assertNotEquals(defaultKey(ALICE), defaultKey(BOB));
    }

    @Test
    void keysAreNamedInAllFormsAndUnknownOnesRefused() {
        var own = defaultKey(ALICE);
        for (var name : List.of(own, own.substring(own.lastIndexOf('/') + 1), "alias/aws/ebs")) {
            assertEquals(own, key(name));
        }
        assertEquals(own, key(own.substring(0, own.indexOf("key/")) + "alias/aws/ebs"));
        assertTrue(String.valueOf(key("known-key")).endsWith(ALICE + ":key/known-key"));
        assertEquals("KMS.NotFoundException", code(() -> key("other-key")));
        assertEquals("KMS.NotFoundException", code(() -> key(defaultKey(BOB))));
        assertEquals("InvalidParameterDependency", code(() -> create(request -> request.kmsKeyId("known-key"))));
    }

    @Test
    void anAccountChoosesWhatHoldsWhenNothingIsSaid() {
        assertFalse(isDefault(ALICE));
        settings.enable(by(ALICE), EnableEbsEncryptionByDefaultRequest.builder().build());
        assertTrue(isDefault(ALICE));
        assertFalse(isDefault(BOB));
        var changed = settings.modifyKey(
                by(ALICE),
                ModifyEbsDefaultKmsKeyIdRequest.builder().kmsKeyId("known-key").build());
        assertEquals(changed.kmsKeyId(), defaultKey(ALICE));
        assertEquals(
                changed.kmsKeyId(), create(request -> request.encrypted(false)).kmsKeyId());
        var launched = new LaunchVolumeMaker(cloud.store, cloud.shapes, cloud.book, cloud.config)
                .wanted(
                        ALICE,
                        ZONE,
                        List.of(),
                        List.of(BlockDeviceMapping.builder()
                                .deviceName("/dev/sdf")
                                .ebs(ebs -> ebs.volumeSize(1))
                                .build()));
        assertEquals(changed.kmsKeyId(), launched.getFirst().shape().kmsKeyId());
        assertEquals(
                "KMS.NotFoundException",
                code(() -> settings.modifyKey(
                        by(ALICE),
                        ModifyEbsDefaultKmsKeyIdRequest.builder()
                                .kmsKeyId("other-key")
                                .build())));
        var reset = settings.resetKey(
                by(ALICE), ResetEbsDefaultKmsKeyIdRequest.builder().build());
        assertNotEquals(changed.kmsKeyId(), reset.kmsKeyId());
        settings.disable(
                by(ALICE), DisableEbsEncryptionByDefaultRequest.builder().build());
        assertFalse(create(request -> {}).encrypted());
    }

    @Test
    void whatIsMadeFromEncryptedDisksIsEncryptedAndNotShared() {
        var volume = create(request -> request.encrypted(true).kmsKeyId("known-key"));
        var snapshot = snapshots.create(
                by(ALICE),
                CreateSnapshotRequest.builder().volumeId(ready(volume)).build());
        assertTrue(snapshot.encrypted());
        assertEquals(volume.kmsKeyId(), snapshotKey(snapshot.snapshotId()));
        var clone = create(request -> request.snapshotId(snapshot.snapshotId()).size(null));
        assertEquals(volume.kmsKeyId(), clone.kmsKeyId());
        assertEquals(volume.kmsKeyId(), snapshotKey(copy(snapshot.snapshotId(), request -> {})));
        var sharing = new SnapshotAttributeActions(DATABASE, cloud.snapshots, TestSharing.in(DATABASE), cloud.events);
        assertEquals(
                "OperationNotPermitted",
                code(() -> sharing.modify(
                        by(ALICE),
                        ModifySnapshotAttributeRequest.builder()
                                .snapshotId(snapshot.snapshotId())
                                .createVolumePermission(change -> change.add(add -> add.userId(BOB.value())))
                                .build())));
    }

    @Test
    void aCopyOfAPlainSnapshotIsEncryptedWhenAskedFor() {
        var plain = snapshots.create(
                by(ALICE),
                CreateSnapshotRequest.builder()
                        .volumeId(ready(create(request -> {})))
                        .build());
        assertFalse(plain.encrypted());
        assertNull(snapshotKey(copy(plain.snapshotId(), request -> {})));
        var copy = copy(plain.snapshotId(), request -> request.encrypted(true));
        assertEquals(defaultKey(ALICE), snapshotKey(copy));
        assertEquals(
                defaultKey(ALICE), cloud.ebs.snapshots.getLast().getSnapshot().getKmsKeyId());
        var volume = create(
                request -> request.snapshotId(plain.snapshotId()).size(null).encrypted(true));
        assertEquals(defaultKey(ALICE), volume.kmsKeyId());
    }

    private @Nullable String key(String name) {
        return cloud.encryption.keyFor(ALICE, EncryptionWish.of(true, name), null);
    }

    private static io.coppice.cloud.action.RequestContext by(AccountId account) {
        return TestRequests.by(account, "Encryption");
    }

    private boolean isDefault(AccountId account) {
        return settings.get(
                        by(account), GetEbsEncryptionByDefaultRequest.builder().build())
                .ebsEncryptionByDefault();
    }

    private String defaultKey(AccountId account) {
        return settings.getKey(
                        by(account), GetEbsDefaultKmsKeyIdRequest.builder().build())
                .kmsKeyId();
    }

    private CreateVolumeResponse create(Consumer<CreateVolumeRequest.Builder> change) {
        var request = CreateVolumeRequest.builder().availabilityZone(ZONE).size(1);
        change.accept(request);
        return cloud.volumes.create(by(ALICE), request.build());
    }

    private String ready(CreateVolumeResponse made) {
        cloud.eventually(
                "it is made",
                () -> cloud.store
                                .list(ALICE, List.of(made.volumeId()), null, 1)
                                .getFirst()
                                .state()
                        == VolumeState.AVAILABLE);
        return made.volumeId();
    }

    private String copy(String snapshot, Consumer<CopySnapshotRequest.Builder> change) {
        var request = CopySnapshotRequest.builder()
                .sourceRegion(TestSite.config().region())
                .sourceSnapshotId(snapshot);
        change.accept(request);
        return snapshots.copy(by(ALICE), request.build()).snapshotId();
    }

    private @Nullable String snapshotKey(String id) {
        return cloud.snapshots.require(ALICE, id).kmsKeyId();
    }
}
