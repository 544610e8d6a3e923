package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.ebs.v1.CopyForm;
import io.coppice.proto.ebs.v1.DesiredVolume;
import io.coppice.proto.ebs.v1.StorageAbilities;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;

/**
 * If this fails, a volume's bytes are asked of another zone's EBS controller, a guest gets a volume it cannot reach, or a zone
 * that is away holds up volumes of the others.
 */
class VolumesOfZonesTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final SnapshotActions snapshots = new SnapshotActions(
            DATABASE,
            cloud.snapshots,
            cloud.store,
            new StoredSnapshots(
                    cloud.store,
                    cloud.snapshots,
                    cloud.snapshotTaker,
                    cloud.bin,
                    List.of(),
                    cloud.encryption,
                    new RecordingEventLog()),
            TestSite.config());

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

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    private String snapshotOf(String volume) {
        return snapshots
                .create(
                        TestRequests.by(ALICE, "CreateSnapshot"),
                        CreateSnapshotRequest.builder().volumeId(volume).build())
                .snapshotId();
    }

    private SnapshotState state(String snapshot) {
        return cloud.snapshots.require(ALICE, snapshot).state();
    }

    @Test
    void volumesAndSnapshotsAreAskedOfTheirZone() {
        var here = cloud.available("us-east-1a", 1, null);
        var there = cloud.available("us-east-1b", 1, null);
        assertEquals("us-east-1b", cloud.otherEbs.told(there).getZone());
        assertEquals(DesiredVolume.getDefaultInstance(), cloud.ebs.told(there));
        assertEquals(DesiredVolume.getDefaultInstance(), cloud.otherEbs.told(here));
        var snapshot = snapshotOf(there);
        assertEquals(SnapshotState.COMPLETED, state(snapshot));
        var copy = snapshots
                .copy(
                        TestRequests.by(ALICE, "CopySnapshot"),
                        CopySnapshotRequest.builder()
                                .sourceRegion("us-east-1")
                                .sourceSnapshotId(snapshot)
                                .build())
                .snapshotId();
        assertEquals(SnapshotState.COMPLETED, state(copy));
        assertEquals(List.of(), cloud.ebs.snapshots);
        assertEquals(
                List.of(snapshot, copy),
                cloud.otherEbs.snapshots.stream()
                        .map(each -> each.getSnapshot().getSnapshotId())
                        // One that is taken at once may be told of again by the loop.
                        .distinct()
                        .toList());
    }

    @Test
    void aVolumeIsAttachedInItsZoneOnly() {
        var there = cloud.available("us-east-1b", 1, null);
        assertEquals(
                "InvalidVolume.ZoneMismatch",
                VolumeFixture.code(() -> cloud.attach(there, "i-00000000000000001", "/dev/sdf")));
        cloud.holders.zone = "us-east-1b";
        assertEquals("attaching", cloud.attach(there, "i-00000000000000001", "/dev/sdf"));
    }

    @Test
    void aZoneThatIsAwayHoldsUpNoOther() {
        cloud.endOtherZone();
        assertEquals(
                "creating",
                cloud.volumes
                        .create(
                                TestRequests.by(ALICE, "CreateVolume"),
                                CreateVolumeRequest.builder()
                                        .availabilityZone("us-east-1b")
                                        .size(1)
                                        .build())
                        .stateAsString());
        var here = cloud.available("us-east-1a", 1, null);
        assertTrue(cloud.store.list(ALICE, List.of(here), null, 1).getFirst().state() == VolumeState.AVAILABLE);
    }

    @Test
    void withoutCopiesASnapshotStaysInItsZone() {
        var snapshot = snapshotOf(cloud.available("us-east-1a", 1, null));
        cloud.copies = false;
        assertEquals("UnsupportedOperation", VolumeFixture.code(() -> cloud.available("us-east-1b", 1, snapshot)));
        cloud.available("us-east-1a", 1, snapshot);
        cloud.copies = true;
        var restored = cloud.available("us-east-1b", 1, snapshot);
        assertEquals(snapshot, cloud.otherEbs.told(restored).getSnapshotId());
        assertTrue(cloud.otherEbs.told(restored).getSnapshotElsewhere());
    }

    @Test
    void aSnapshotComesIntoAZoneThatCanReadItsCopyOnly() {
        var inLayers = snapshotOf(cloud.available("us-east-1a", 1, null));
        var inCeph = snapshotOf(cloud.available("us-east-1b", 1, null));
        cloud.otherEbs.tell(StorageAbilities.newBuilder()
                .setCopies(true)
                .setCopyForm(CopyForm.COPY_FORM_DISKS)
                .addReadableCopyForms(CopyForm.COPY_FORM_DISKS)
                .build());
        cloud.eventually("it is known", () -> !cloud.links.canBring("us-east-1a", "us-east-1b"));
        assertEquals("UnsupportedOperation", VolumeFixture.code(() -> cloud.available("us-east-1b", 1, inLayers)));
        // An EBS controller of an earlier version says nothing of disks.
        assertEquals("UnsupportedOperation", VolumeFixture.code(() -> cloud.available("us-east-1a", 1, inCeph)));
        cloud.ebs.tell(StorageAbilities.newBuilder()
                .setEncryption(true)
                .setCopies(true)
                .setCopyForm(CopyForm.COPY_FORM_LAYERS)
                .addReadableCopyForms(CopyForm.COPY_FORM_LAYERS)
                .addReadableCopyForms(CopyForm.COPY_FORM_DISKS)
                .build());
        cloud.eventually("it is known", () -> cloud.links.canBring("us-east-1b", "us-east-1a"));
        var restored = cloud.available("us-east-1a", 1, inCeph);
        assertEquals(inCeph, cloud.ebs.told(restored).getSnapshotId());
    }

    @Test
    void anEncryptedSnapshotStaysInTheZoneThatHasItsKey() {
        var volume = cloud.volumes
                .create(
                        TestRequests.by(ALICE, "CreateVolume"),
                        CreateVolumeRequest.builder()
                                .availabilityZone("us-east-1a")
                                .size(1)
                                .encrypted(true)
                                .build())
                .volumeId();
        cloud.eventually(
                "it is made",
                () -> cloud.store
                                .list(ALICE, List.of(volume), null, 1)
                                .getFirst()
                                .state()
                        == VolumeState.AVAILABLE);
        var snapshot = snapshotOf(volume);
        assertEquals("UnsupportedOperation", VolumeFixture.code(() -> cloud.available("us-east-1b", 1, snapshot)));
        cloud.available("us-east-1a", 1, snapshot);
    }

    @Test
    void aSnapshotIsRemovedFromEveryZone() {
        var snapshot = snapshotOf(cloud.available("us-east-1a", 1, null));
        snapshots.delete(
                TestRequests.by(ALICE, "DeleteSnapshot"),
                DeleteSnapshotRequest.builder().snapshotId(snapshot).build());
        cloud.eventually("it is gone", () -> cloud.snapshots.find(snapshot).isEmpty());
        for (var zone : List.of(cloud.ebs, cloud.otherEbs)) {
            assertTrue(zone.snapshots.stream()
                    .anyMatch(each -> each.getSnapshot().getSnapshotId().equals(snapshot)
                            && each.getSnapshot().getDeleted()));
        }
    }
}
