package io.coppice.cloud.image;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.localdisk.MappedDisk;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.volume.CopyTargets;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.EncryptionWish;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.proto.compute.v1.DiskCopy;
import io.coppice.proto.compute.v1.DiskCopyResult;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateImageRequest;

/** If this fails, an image misses what its instance had, or an instance stays off after an image was made of it. */
class ImageMakingTest {
    private static final String INSTANCE = "i-00000000000000001";
    private static final String TARGET = "vol-00000000000000009";
    private static final TestDatabase DATABASE =
            TestDatabase.start(ImageRow.class, ImageMakingRow.class, TestTags.ENTITY);

    private final RecordingEventLog events = new RecordingEventLog();
    private final FakeSnapshots snapshots = new FakeSnapshots();
    private final Targets targets = new Targets();
    private final Sources sources = new Sources();
    private final Holds holds = new Holds();
    private final ImageConfig config = new TestImageConfig();
    private final ImageStore store = new ImageStore(DATABASE, TestTags.in(DATABASE), config);
    private final ImageBytes noBytes = new NoBytes();
    private final ImageBin bin =
            new ImageBin(DATABASE, config, snapshots, new ImageSnapshotUse(), events, Clock.systemUTC());
    private final ImageKeeper keeper =
            new ImageKeeper(DATABASE, store, noBytes, snapshots, List.of(), bin, events, config, Clock.systemUTC());
    private final ImageRegistration registration = new ImageRegistration(DATABASE, store, noBytes, bin, keeper);
    private final ImageMaker maker = new ImageMaker(DATABASE, keeper, snapshots, targets, sources, config);
    private final StoredInstanceCopies copies = new StoredInstanceCopies(targets, keeper, holds);
    private final ImageMakingActions actions =
            new ImageMakingActions(DATABASE, registration, maker, sources, snapshots, targets);

    @Test
    void aGuestThatIsOffForOtherWorkStaysSoUntilThatIsDone() {
        assertTrue(desired().isEmpty());
        holds.work = "replacevol-00000000000000001";
        var rest = desired().orElseThrow();
        assertEquals(holds.work, rest.getCopyId());
        assertTrue(rest.getShutDown());
        assertFalse(rest.hasTarget());
        var done = DiskCopyResult.newBuilder().setCopyId(holds.work).build();
        DATABASE.run(entities -> copies.observed(entities, INSTANCE, done));
        assertEquals(List.of(holds.work), holds.resting);
        // An image that is made of the instance comes first.
        sources.rootIsVolume = true;
        attached("/dev/sda1", "vol-00000000000000001");
        var image = create(request -> {});
        assertEquals(image, desired().orElseThrow().getCopyId());
    }

    private static final class Holds implements GuestHolds {
        private String work = "";
        private final List<String> resting = new ArrayList<>();

        @Override
        public Map<String, String> of(EntityManager entities, Collection<String> instanceIds) {
            return work.isEmpty() ? Map.of() : Map.of(INSTANCE, work);
        }

        @Override
        public void resting(EntityManager entities, String instanceId, String workId) {
            resting.add(workId);
        }
    }

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("image", "tag", "image_making");
    }

    @Test
    void volumesOfOneThatNeedNotBeShutDownAreKeptAtOnce() {
        sources.rootIsVolume = true;
        attached("/dev/xvda", "vol-00000000000000001");
        attached("/dev/sdf", "vol-00000000000000002");
        var id = create(request -> request.noReboot(true));
        assertEquals(2, snapshots.begun.size());
        assertTrue(desired().isEmpty());
        keeper.await(image(id));
        var disks = image(id).disks();
        assertEquals(ImageState.AVAILABLE, image(id).state());
        assertEquals(
                List.of("/dev/sda1", "/dev/sdf"),
                disks.stream().map(DiskMapping::device).toList());
        assertFalse(disks.getLast().deleteOnTermination());
    }

    @Test
    void localDisksAreNotKeptAndTheImageAsksForThemAgain() {
        sources.rootIsVolume = true;
        var first = new MappedDisk("ephemeral0", "/dev/sdb");
        sources.needs = new GuestNeeds(BootMode.UEFI, List.of(first, new MappedDisk("ephemeral1", "/dev/sdc")));
        attached("/dev/xvda", "vol-00000000000000001");
        var id = create(request -> request.noReboot(true)
                .blockDeviceMappings(mapping -> mapping.deviceName("/dev/sdc").noDevice("")));
        assertEquals(1, snapshots.begun.size());
        assertEquals(
                new GuestNeeds(BootMode.UEFI, List.of(first)),
                image(id).description().needs());
    }

    @Test
    void theGuestIsOffUntilTheSnapshotsAreTaken() {
        sources.rootIsVolume = true;
        attached("/dev/sda1", "vol-00000000000000001");
        var id = create(request -> {});
        var wanted = desired().orElseThrow();
        assertTrue(wanted.getShutDown() && !wanted.hasTarget() && !wanted.getFreeze());
        maker.pass();
        assertTrue(snapshots.begun.isEmpty(), "taken while the guest still writes");
        observe(id, "");
        assertTrue(desired().orElseThrow().getShutDown());
        maker.pass();
        assertEquals(1, snapshots.begun.size());
        assertTrue(desired().isEmpty());
        keeper.await(image(id));
        assertEquals(ImageState.AVAILABLE, image(id).state());
    }

    @Test
    void aRootDiskOnAHostIsCopiedAndNobodyCanWriteToTheCopyWhenItIsKept() {
        var id = create(request -> request.noReboot(true)
                .blockDeviceMappings(
                        mapping -> mapping.deviceName("/dev/sda1").ebs(ebs -> ebs.volumeSize(9)),
                        mapping -> mapping.deviceName("/dev/sdg").ebs(ebs -> ebs.volumeSize(3))));
        assertTrue(desired().isEmpty(), "there is nowhere to copy to");
        targets.served = true;
        assertEquals(TARGET, desired().orElseThrow().getTarget().getName());
        assertTrue(desired().orElseThrow().getFreeze(), "the guest goes on while its disk is copied");
        observe("ami-000000000000000ff", "");
        observe(id, "");
        assertTrue(events.kindsOf(id).contains("image.frozen"));
        assertTrue(targets.closed);
        maker.pass();
        assertTrue(snapshots.begun.isEmpty(), "kept while somebody can still write to it");
        targets.still = true;
        maker.pass();
        assertEquals(TARGET, snapshots.wanted.getFirst().volumeId());
        assertTrue(targets.deleted);
        var disks = image(id).disks();
        assertEquals(9, disks.getFirst().sizeGib());
        assertEquals(
                List.of("/dev/sda1", "/dev/sdg"),
                disks.stream().map(DiskMapping::device).toList());
        assertEquals(1, image(id).snapshotIds().size());
    }

    @Test
    void aCopyThatFailsAndAnInstanceThatEndsFailTheImage() {
        var failed = create(request -> request.noReboot(true));
        observe(failed, "no room");
        maker.pass();
        assertEquals(ImageState.FAILED, image(failed).state());
        assertEquals("no room", image(failed).stateReason());
        assertTrue(targets.deleted);
        var lost = create(request -> request.name("second"));
        sources.ended = true;
        maker.pass();
        assertEquals(ImageState.FAILED, image(lost).state());
        assertTrue(desired().isEmpty());
    }

    @Test
    void oneThatIsNotThereOrHalfThereIsRefused() {
        sources.state = "pending";
        assertEquals("IncorrectState", code(request -> {}));
        sources.state = "stopped";
        sources.rootIsVolume = true;
        assertEquals("IncorrectState", code(request -> {}));
        attached("/dev/sda1", "vol-00000000000000001");
        assertEquals(
                "InvalidParameterValue",
                code(request -> request.blockDeviceMappings(
                        mapping -> mapping.deviceName("/dev/sda1").ebs(ebs -> ebs.volumeSize(1)))));
    }

    private void attached(String device, String volume) {
        var goes = LaunchVolumes.isRoot(device);
        snapshots.attached.add(new Snapshots.OfInstance(volume, new DiskMapping(device, null, 8, "gp2", null, goes)));
    }

    private String create(Consumer<CreateImageRequest.Builder> change) {
        var request = CreateImageRequest.builder().instanceId(INSTANCE).name("made of it");
        change.accept(request);
        return actions.create(TestRequests.by(ALICE, "CreateImage"), request.build())
                .imageId();
    }

    private String code(Consumer<CreateImageRequest.Builder> change) {
        return assertThrows(AwsException.class, () -> create(change)).code();
    }

    private Image image(String id) {
        return store.find(new ImageId(id)).orElseThrow();
    }

    private Optional<DiskCopy> desired() {
        return Optional.ofNullable(DATABASE.call(entities -> copies.desired(entities, List.of(INSTANCE)))
                .get(INSTANCE));
    }

    private void observe(String id, String failure) {
        var result = DiskCopyResult.newBuilder().setCopyId(id);
        if (failure.isEmpty()) {
            result.setFrozenFileSystems(1);
        } else {
            result.setFailure(Failure.newBuilder().setMessage(failure));
        }
        DATABASE.run(entities -> copies.observed(entities, INSTANCE, result.build()));
    }

    /** One instance that is as the test says. */
    private static final class Sources implements ImageSources {
        private final List<String> told = new ArrayList<>();
        private String state = "running";
        private boolean rootIsVolume;
        private GuestNeeds needs = GuestNeeds.USUAL;
        private boolean ended;

        @Override
        public Source require(EntityManager entities, AccountId account, String instanceId) {
            return new Source(instanceId, "us-east-1a", state, "/dev/sda1", rootIsVolume, 4, needs);
        }

        @Override
        public boolean lock(EntityManager entities, String instanceId) {
            return !ended;
        }

        @Override
        public void changed(EntityManager entities, String instanceId) {
            told.add(instanceId);
        }
    }

    /** One target that is as the test says. */
    private static final class Targets implements CopyTargets {
        private boolean served;
        private boolean closed;
        private boolean still;
        private boolean deleted;

        @Override
        public String make(EntityManager entities, AccountId account, String zone, int sizeGib, String instanceId) {
            return TARGET;
        }

        @Override
        public String makeUnserved(EntityManager entities, AccountId account, int sizeGib, @Nullable String kmsKeyId) {
            throw new IllegalStateException("hosts copy what images are made of");
        }

        @Override
        public @Nullable String unservedKey(AccountId account, EncryptionWish wish) {
            throw new IllegalStateException("hosts copy what images are made of");
        }

        @Override
        public boolean freezesGuests() {
            return true;
        }

        @Override
        public Optional<String> failure(EntityManager entities, String id) {
            return Optional.empty();
        }

        @Override
        public Optional<VolumeExport> export(EntityManager entities, String id) {
            return served ? Optional.of(VolumeExport.newBuilder().setName(id).build()) : Optional.empty();
        }

        @Override
        public void close(EntityManager entities, String id) {
            closed = true;
        }

        @Override
        public boolean isStill(EntityManager entities, String id) {
            return still;
        }

        @Override
        public void delete(EntityManager entities, String id) {
            deleted = true;
        }
    }

    /** Images of objects are none of this test's. */
    private static final class NoBytes implements ImageBytes {
        @Override
        public void inspect(AccountId account, String bucket, String key) {
            throw new IllegalStateException("nobody asks");
        }

        @Override
        public Image.Content pin(AccountId account, Image.Description from, ImageId id, Duration atMost) {
            throw new IllegalStateException("nobody asks");
        }

        @Override
        public void unpin(ImageId id) {
            throw new IllegalStateException("nobody asks");
        }

        @Override
        public String downloadUrl(ImageId id, int validSeconds) {
            throw new IllegalStateException("nobody asks");
        }
    }
}
