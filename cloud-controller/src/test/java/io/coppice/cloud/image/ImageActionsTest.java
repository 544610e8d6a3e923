package io.coppice.cloud.image;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.GoldenAnswers;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.sharing.TestSharing;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.volume.DiskMappings;
import io.coppice.cloud.volume.Snapshots.Progress;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.wire.error.AwsException;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageRequest;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.EnableImageDeprecationRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageRequest;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeRequest;

/** If this fails, users cannot register images, launch those of others, or lose the bytes of images in use. */
class ImageActionsTest {
    private static final AccountId SYSTEM = new AccountId("999999999999");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    private static final TestDatabase DATABASE =
            TestDatabase.start(ImageRow.class, TestTags.ENTITY, TestSharing.ENTITY);

    private final FakeWalrus walrus = new FakeWalrus();
    private final Server server = serve(walrus);
    private final ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .build();
    private final RecordingEventLog events = new RecordingEventLog();
    private final ImageConfig config = new TestImageConfig();
    private final ImageStore store = new ImageStore(DATABASE, TestTags.in(DATABASE), config);
    private final ImageBytes bytes = new WalrusImageBytes(() -> channel, () -> SYSTEM, account -> List.of());
    private boolean inUse;
    private final FakeSnapshots snapshots = new FakeSnapshots();
    private final ImageBin bin = new ImageBin(DATABASE, config, snapshots, new ImageSnapshotUse(), events, CLOCK);
    private final ImageKeeper keeper =
            new ImageKeeper(DATABASE, store, bytes, snapshots, List.of(id -> inUse), bin, events, config, CLOCK);
    private final ImageRegistration registration = new ImageRegistration(DATABASE, store, bytes, bin, keeper);
    private final ImageActions actions = new ImageActions(
            store, registration, new DiskMappings(snapshots), new Pages(new PageTokens(() -> new byte[32])));
    private final ImageCopyActions copies =
            new ImageCopyActions(DATABASE, store, registration, snapshots, TestTags.in(DATABASE), TestSite.config());
    private final ImageAttributeActions attributes =
            new ImageAttributeActions(DATABASE, store, TestSharing.in(DATABASE), events, CLOCK);
    private final StoredImages images = new StoredImages(store, bytes);
    private final SystemImages systemImages = new SystemImages(store, registration, () -> SYSTEM);

    private static Server serve(FakeWalrus walrus) {
        try {
            return NettyServerBuilder.forPort(0).addService(walrus).build().start();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("image", "tag");
        walrus.objects.put("disks/good.qcow2", Status.OK);
        walrus.objects.put(
                "disks/text",
                Status.FAILED_PRECONDITION.withDescription("it has neither a partition table nor a file system"));
    }

    @AfterEach
    void stop() {
        keeper.stop();
        channel.shutdownNow();
        server.shutdownNow();
    }

    private ImageId register(AccountId account, String name, String location) {
        return new ImageId(actions.registerImage(
                        TestRequests.by(account, "RegisterImage"),
                        RegisterImageRequest.builder()
                                .name(name)
                                .imageLocation(location)
                                .build())
                .imageId());
    }

    private List<software.amazon.awssdk.services.ec2.model.Image> describe(
            AccountId account, DescribeImagesRequest.Builder request) {
        return actions.describe(TestRequests.by(account, "DescribeImages"), request.build())
                .images();
    }

    private String state(ImageId id) {
        return store.find(id).map(image -> image.state().text()).orElse("gone");
    }

    private void eventually(ImageId id, String state) throws InterruptedException {
        var end = Instant.now().plusSeconds(60);
        while (!state(id).equals(state)) {
            assertTrue(Instant.now().isBefore(end), () -> id + " is " + state(id) + " and not " + state);
            Thread.sleep(20);
        }
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }

    @Test
    void registeredImageIsPinnedAndCanBeLaunched() throws InterruptedException {
        var id = register(ALICE, "my image", "disks/good.qcow2");
        assertEquals("InvalidAMIID.Unavailable", code(() -> images.forLaunch(ALICE, id)));
        keeper.start();
        eventually(id, "available");
        var launch = images.forLaunch(ALICE, id);
        assertEquals(FakeWalrus.SHA256, launch.sha256());
        assertEquals("/dev/sda1", launch.rootDeviceName());
        assertEquals("http://walrus/" + id, images.downloadUrl(id, 60));
        assertEquals("InvalidAMIID.NotFound", code(() -> images.forLaunch(BOB, id)));
        assertEquals(List.of("image.registered", "image.state-changed"), events.kindsOf(id.value()));
        var answer = describe(ALICE, DescribeImagesRequest.builder().imageIds(id.value()))
                .getFirst();
        assertEquals(2, answer.blockDeviceMappings().getFirst().ebs().volumeSize());
    }

    @Test
    void whatIsNoImageIsRefusedAtOnceAndLeavesNothing() {
        assertEquals("InvalidManifest", code(() -> register(ALICE, "one", "disks/none")));
        assertEquals("InvalidManifest", code(() -> register(ALICE, "one", "disks/text")));
        assertEquals("InvalidParameterValue", code(() -> register(ALICE, "one", "disks")));
        assertEquals("InvalidAMIName.Malformed", code(() -> register(ALICE, "a", "disks/good.qcow2")));
        server.shutdownNow();
        var away = assertThrows(AwsException.class, () -> register(ALICE, "one", "disks/good.qcow2"));
        assertEquals(503, away.status());
        assertTrue(describe(ALICE, DescribeImagesRequest.builder()).isEmpty());
        assertTrue(events.entries().isEmpty());
    }

    @Test
    void failedPinShowsItsReasonAndAwayWalrusIsTriedAgain() throws InterruptedException {
        walrus.pinStatus = Status.UNAVAILABLE;
        var id = register(ALICE, "one", "disks/good.qcow2");
        keeper.start();
        assertTrue(walrus.refusedPins.tryAcquire(30, TimeUnit.SECONDS), "Walrus was never asked");
        assertEquals("pending", state(id));
        walrus.pinStatus = Status.FAILED_PRECONDITION.withDescription("it changed into text");
        eventually(id, "failed");
        var answer = describe(ALICE, DescribeImagesRequest.builder()).getFirst();
        assertEquals("it changed into text", answer.stateReason().message());
    }

    @Test
    void nameIsTheAccountsOwnUntilDeregistered() {
        var id = register(ALICE, "one", "disks/good.qcow2");
        assertEquals("InvalidAMIName.Duplicate", code(() -> register(ALICE, "one", "disks/good.qcow2")));
        register(BOB, "one", "disks/good.qcow2");
        var request = DeregisterImageRequest.builder().imageId(id.value()).build();
        assertEquals("InvalidAMIID.NotFound", code(() -> actions.deregister(TestRequests.by(BOB, "x"), request)));
        actions.deregister(TestRequests.by(ALICE, "DeregisterImage"), request);
        assertEquals("InvalidAMIID.NotFound", code(() -> actions.deregister(TestRequests.by(ALICE, "x"), request)));
        register(ALICE, "one", "disks/good.qcow2");
    }

    @Test
    void bytesStayWhileInstancesNeedThem() throws InterruptedException {
        var id = register(ALICE, "one", "disks/good.qcow2");
        keeper.pin(store.find(id).orElseThrow());
        inUse = true;
        actions.deregister(
                TestRequests.by(ALICE, "DeregisterImage"),
                DeregisterImageRequest.builder().imageId(id.value()).build());
        assertTrue(describe(ALICE, DescribeImagesRequest.builder()).isEmpty());
        keeper.release(store.find(id).orElseThrow());
        assertTrue(walrus.pinned.contains(id.value()));
        assertEquals("http://walrus/" + id, images.downloadUrl(id, 60));
        inUse = false;
        keeper.start();
        eventually(id, "gone");
        assertFalse(walrus.pinned.contains(id.value()));
        assertThrows(NoSuchElementException.class, () -> images.downloadUrl(id, 60));
    }

    @Test
    void sharingLetsOthersLaunchAndResetTakesItBack() {
        var id = register(ALICE, "one", "disks/good.qcow2");
        keeper.pin(store.find(id).orElseThrow());
        var toBob = LaunchPermission.builder().userId(BOB.value()).build();
        var share = ModifyImageAttributeRequest.builder()
                .imageId(id.value())
                .launchPermission(permission -> permission.add(toBob))
                .build();
        attributes.modify(TestRequests.by(ALICE, "ModifyImageAttribute"), share);
        assertEquals(id, images.forLaunch(BOB, id).id());
        assertEquals(
                1,
                describe(BOB, DescribeImagesRequest.builder().executableUsers("self"))
                        .size());
        assertEquals("AuthFailure", code(() -> attributes.modify(TestRequests.by(BOB, "x"), share)));
        var read = DescribeImageAttributeRequest.builder()
                .imageId(id.value())
                .attribute("launchPermission")
                .build();
        assertEquals(
                List.of(toBob),
                attributes.describe(TestRequests.by(ALICE, "x"), read).launchPermissions());
        var reset = ResetImageAttributeRequest.builder()
                .imageId(id.value())
                .attribute("launchPermission")
                .build();
        attributes.reset(TestRequests.by(ALICE, "ResetImageAttribute"), reset);
        assertEquals("InvalidAMIID.NotFound", code(() -> images.forLaunch(BOB, id)));
    }

    @Test
    void systemImageIsPublicAmazonsAndRegisteredOnce() {
        var image = systemImages.ensure("sample", "disks", "good.qcow2", true);
        assertEquals(image, systemImages.ensure("sample", "disks", "good.qcow2", true));
        keeper.pin(store.find(image.id()).orElseThrow());
        assertEquals(
                "available",
                systemImages.ensure("sample", "disks", "good.qcow2", true).state());
        assertEquals(image.id(), images.forLaunch(BOB, image.id()).id());
        assertEquals(
                1,
                describe(BOB, DescribeImagesRequest.builder().owners("amazon")).size());
        assertTrue(describe(BOB, DescribeImagesRequest.builder().owners("self")).isEmpty());
    }

    @Test
    void oneOfSnapshotsIsThereOnceTheyAre() {
        snapshots.have("snap-00000000000000001", ALICE, 8, Progress.PENDING);
        var id = new ImageId(registerOf(ALICE, "snap-00000000000000001", disk -> disk.volumeSize(10)));
        keeper.await(store.find(id).orElseThrow());
        assertEquals("InvalidAMIID.Unavailable", code(() -> images.forLaunch(ALICE, id)));
        snapshots.have("snap-00000000000000001", ALICE, 8, Progress.COMPLETED);
        keeper.await(store.find(id).orElseThrow());
        var root = images.forLaunch(ALICE, id).disks().getFirst();
        assertEquals("snap-00000000000000001", root.snapshotId());
        assertEquals(10, root.sizeGib());
        assertTrue(root.deleteOnTermination());
        var shown = describe(ALICE, DescribeImagesRequest.builder().filters(filter -> filter.name(
                                "block-device-mapping.snapshot-id")
                        .values("snap-00000000000000001")))
                .getFirst();
        assertEquals(ALICE + "/of snapshots", shown.imageLocation());
        assertEquals(10, shown.blockDeviceMappings().getFirst().ebs().volumeSize());
        var gone = new ImageId(registerOf(ALICE, "snap-00000000000000001", disk -> {}, "lost"));
        snapshots.have("snap-00000000000000001", ALICE, 8, Progress.GONE);
        keeper.await(store.find(gone).orElseThrow());
        assertEquals(ImageState.FAILED, store.find(gone).orElseThrow().state());
    }

    @Test
    void snapshotsThatCannotBeARootDiskAreRefused() {
        snapshots.have("snap-00000000000000001", ALICE, 8, Progress.COMPLETED);
        assertEquals("InvalidSnapshot.NotFound", code(() -> registerOf(ALICE, "snap-0000000000000000f", disk -> {})));
        assertEquals("AuthFailure", code(() -> registerOf(BOB, "snap-00000000000000001", disk -> {})));
        assertEquals(
                "InvalidParameterValue",
                code(() -> registerOf(ALICE, "snap-00000000000000001", disk -> disk.volumeSize(7))));
        assertEquals(
                "InvalidBlockDeviceMapping",
                code(() -> actions.registerImage(
                        TestRequests.by(ALICE, "RegisterImage"),
                        RegisterImageRequest.builder()
                                .name("rootless")
                                .blockDeviceMappings(mapping ->
                                        mapping.deviceName("/dev/sdf").ebs(ebs -> ebs.volumeSize(1)))
                                .build())));
    }

    @Test
    void itsSnapshotsGoWithItUnlessAnotherNeedsThem() {
        snapshots.have("snap-00000000000000001", ALICE, 1, Progress.COMPLETED);
        var first = registerOf(ALICE, "snap-00000000000000001", disk -> {}, "first");
        var second = registerOf(ALICE, "snap-00000000000000001", disk -> {}, "second");
        assertEquals("skipped", deregisterWithSnapshots(first));
        assertTrue(snapshots.deleted.isEmpty());
        assertEquals("success", deregisterWithSnapshots(second));
        assertEquals(List.of("snap-00000000000000001"), snapshots.deleted);
    }

    @Test
    void aCopyIsMadeOfWhatItsSourceHolds() {
        snapshots.have("snap-00000000000000001", ALICE, 8, Progress.COMPLETED);
        var source = new ImageId(registerOf(ALICE, "snap-00000000000000001", disk -> {}));
        assertEquals("InvalidAMIID.Unavailable", code(() -> copy(ALICE, source, "too early")));
        keeper.await(store.find(source).orElseThrow());
        assertEquals("InvalidAMIID.NotFound", code(() -> copy(BOB, source, "not mine")));
        var ofSnapshots = store.find(copy(ALICE, source, "copy")).orElseThrow();
        assertEquals("snap-00000000000000001", snapshots.wanted.getFirst().sourceId());
        assertEquals(snapshots.begun, ofSnapshots.snapshotIds());
        assertEquals(source.value(), ofSnapshots.description().sourceId());

        var object = register(ALICE, "of an object", "disks/good.qcow2");
        keeper.pin(store.find(object).orElseThrow());
        var ofObject = store.find(copy(ALICE, object, "copy of an object")).orElseThrow();
        keeper.pin(ofObject);
        assertEquals(object.value(), walrus.sources.get(ofObject.id().value()));
        assertEquals(FakeWalrus.SHA256, images.forLaunch(ALICE, ofObject.id()).sha256());
        assertEquals("InvalidAMIName.Duplicate", code(() -> copy(ALICE, object, "copy")));
    }

    private ImageId copy(AccountId account, ImageId source, String name) {
        return new ImageId(copies.copy(
                        TestRequests.by(account, "CopyImage"),
                        CopyImageRequest.builder()
                                .sourceImageId(source.value())
                                .sourceRegion(TestSite.config().region())
                                .name(name)
                                .build())
                .imageId());
    }

    @Test
    void oneThatIsSwitchedOffIsNobodysAndOneThatIsOldIsShownWhenAskedFor() {
        var id = register(ALICE, "old", "disks/good.qcow2");
        keeper.pin(store.find(id).orElseThrow());
        DATABASE.run(entities -> store.change(id, ImageState.AVAILABLE, row -> row.share(true, Set.of())));
        var life = new ImageLifeActions(DATABASE, store, registration, events);
        var soon = CLOCK.instant();
        life.deprecate(
                TestRequests.by(ALICE, "EnableImageDeprecation"),
                EnableImageDeprecationRequest.builder()
                        .imageId(id.value())
                        .deprecateAt(soon)
                        .build());
        assertTrue(describe(BOB, DescribeImagesRequest.builder()).isEmpty());
        assertEquals(
                1,
                describe(BOB, DescribeImagesRequest.builder().includeDeprecated(true))
                        .size());
        assertEquals(
                1,
                describe(BOB, DescribeImagesRequest.builder().imageIds(id.value()))
                        .size());
        var own = describe(ALICE, DescribeImagesRequest.builder()).getFirst();
        assertEquals("2026-01-02T03:04:00.000Z", own.deprecationTime());
        assertEquals(id, images.forLaunch(BOB, id).id());
        assertEquals(
                "InvalidParameterValue",
                code(() -> life.deprecate(
                        TestRequests.by(ALICE, "EnableImageDeprecation"),
                        EnableImageDeprecationRequest.builder()
                                .imageId(id.value())
                                .deprecateAt(CLOCK.instant().minusSeconds(1))
                                .build())));
        life.disable(
                TestRequests.by(ALICE, "DisableImage"),
                DisableImageRequest.builder().imageId(id.value()).build());
        assertEquals("InvalidAMIID.NotFound", code(() -> images.forLaunch(BOB, id)));
        assertEquals("InvalidAMIID.Unavailable", code(() -> images.forLaunch(ALICE, id)));
        assertTrue(describe(ALICE, DescribeImagesRequest.builder()).isEmpty());
        assertEquals(
                "disabled",
                describe(ALICE, DescribeImagesRequest.builder().includeDisabled(true))
                        .getFirst()
                        .stateAsString());
        life.enable(
                TestRequests.by(ALICE, "EnableImage"),
                EnableImageRequest.builder().imageId(id.value()).build());
        assertEquals(id, images.forLaunch(ALICE, id).id());
        assertEquals("AuthFailure", code(() -> {
            DATABASE.run(entities -> store.change(id, ImageState.AVAILABLE, row -> row.share(true, Set.of())));
            life.disable(
                    TestRequests.by(BOB, "DisableImage"),
                    DisableImageRequest.builder().imageId(id.value()).build());
        }));
    }

    private String deregisterWithSnapshots(String id) {
        var result = actions.deregister(
                        TestRequests.by(ALICE, "DeregisterImage"),
                        DeregisterImageRequest.builder()
                                .imageId(id)
                                .deleteAssociatedSnapshots(true)
                                .build())
                .deleteSnapshotResults();
        return result.getFirst().returnCodeAsString();
    }

    private String registerOf(AccountId account, String snapshot, Consumer<EbsBlockDevice.Builder> disk) {
        return registerOf(account, snapshot, disk, "of snapshots");
    }

    private String registerOf(AccountId account, String snapshot, Consumer<EbsBlockDevice.Builder> disk, String name) {
        return actions.registerImage(
                        TestRequests.by(account, "RegisterImage"),
                        RegisterImageRequest.builder()
                                .name(name)
                                .rootDeviceName("/dev/xvda")
                                .blockDeviceMappings(mapping -> mapping.deviceName("/dev/xvda")
                                        .ebs(ebs -> disk.accept(ebs.snapshotId(snapshot))))
                                .build())
                .imageId();
    }

    @Test
    void answerIsAsWrittenDown() {
        var id = new ImageId("ami-0123456789abcdef0");
        store.add(new Image(
                id,
                ALICE,
                null,
                new Image.Description("my image", "for tests", "disks", "good.qcow2", "x86_64", "/dev/sda1", null),
                ImageState.AVAILABLE,
                "",
                false,
                new Image.Content(FakeWalrus.SHA256, 1000, 2000, "qcow2"),
                List.of(),
                CLOCK.instant(),
                null,
                Set.of(),
                ImageProtection.OFF,
                Map.of("Name", "it")));
        GoldenAnswers.check(
                "DescribeImages",
                actions.describe(
                        TestRequests.by(ALICE, "DescribeImages"),
                        DescribeImagesRequest.builder().imageIds(id.value()).build()));
        assertEquals(
                "InvalidAMIID.NotFound",
                code(() -> describe(BOB, DescribeImagesRequest.builder().imageIds(id.value()))));
        assertEquals(
                "InvalidAMIID.Malformed",
                code(() -> describe(BOB, DescribeImagesRequest.builder().imageIds("x"))));
    }
}
