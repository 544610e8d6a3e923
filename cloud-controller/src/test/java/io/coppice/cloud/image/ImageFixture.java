package io.coppice.cloud.image;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.front.TurnableClock;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.sharing.TestSharing;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.volume.DiskMappings;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.wire.error.AwsException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;

/** The image actions on a real database, with bytes that are always there, as a test fixture. */
final class ImageFixture {
    final TurnableClock clock = new TurnableClock();
    final FakeSnapshots snapshots = new FakeSnapshots();
    final ImageStore store;
    final ImageKeeper keeper;
    final StoredImages images;
    private final ImageActions actions;
    private final ImageCopyActions copies;
    final ImageAttributeActions attributes;
    final ImageLifeActions life;
    final ImageBin bin;
    final ImageBinActions binActions;

    ImageFixture(TestDatabase database) {
        this(database, new TestImageConfig());
    }

    ImageFixture(TestDatabase database, ImageConfig config) {
        var events = new RecordingEventLog();
        var bytes = new ReadyBytes();
        store = new ImageStore(database, TestTags.in(database), config);
        bin = new ImageBin(database, config, snapshots, new ImageSnapshotUse(), events, clock);
        keeper = new ImageKeeper(database, store, bytes, snapshots, List.of(), bin, events, config, clock);
        var registration = new ImageRegistration(database, store, bytes, bin, keeper);
        var pages = new Pages(new PageTokens(() -> new byte[32]));
        actions = new ImageActions(store, registration, new DiskMappings(snapshots), pages);
        copies = new ImageCopyActions(
                database, store, registration, snapshots, TestTags.in(database), TestSite.config());
        attributes = new ImageAttributeActions(database, store, TestSharing.in(database), events, clock);
        life = new ImageLifeActions(database, store, registration, events);
        binActions = new ImageBinActions(database, bin, store, events, pages);
        images = new StoredImages(store, bytes);
    }

    static TestDatabase startDatabase() {
        return TestDatabase.start(ImageRow.class, TestTags.ENTITY, TestSharing.ENTITY);
    }

    /** Registers an object, and has it made available. */
    ImageId register(Consumer<RegisterImageRequest.Builder> changes) {
        return register(ALICE, changes);
    }

    ImageId register(AccountId account, Consumer<RegisterImageRequest.Builder> changes) {
        var request = RegisterImageRequest.builder().name("an image").imageLocation("disks/good.qcow2");
        changes.accept(request);
        var id = new ImageId(actions.registerImage(TestRequests.by(account, "RegisterImage"), request.build())
                .imageId());
        store.find(id).filter(image -> !image.onSnapshots()).ifPresent(keeper::pin);
        return id;
    }

    /** Alice deregisters an image. */
    void deregister(ImageId id) {
        deregistered(id, false);
    }

    /** As the other one, with its one snapshot if asked for; gives what becomes of that. */
    String deregister(ImageId id, boolean withSnapshots) {
        return deregistered(id, withSnapshots)
                .deleteSnapshotResults()
                .getFirst()
                .returnCodeAsString();
    }

    private DeregisterImageResponse deregistered(ImageId id, boolean withSnapshots) {
        return actions.deregister(
                TestRequests.by(ALICE, "DeregisterImage"),
                DeregisterImageRequest.builder()
                        .imageId(id.value())
                        .deleteAssociatedSnapshots(withSnapshots)
                        .build());
    }

    ImageId copy(ImageId id) {
        return new ImageId(copies.copy(
                        TestRequests.by(ALICE, "CopyImage"),
                        CopyImageRequest.builder()
                                .sourceImageId(id.value())
                                .sourceRegion(TestSite.config().region())
                                .name("a copy")
                                .build())
                .imageId());
    }

    List<software.amazon.awssdk.services.ec2.model.Image> describe(Consumer<DescribeImagesRequest.Builder> changes) {
        return actions.describe(
                        TestRequests.by(ALICE, "DescribeImages"),
                        DescribeImagesRequest.builder().applyMutation(changes).build())
                .images();
    }

    software.amazon.awssdk.services.ec2.model.Image describe(ImageId id) {
        return describe(request -> request.imageIds(id.value())).getFirst();
    }

    DescribeImageAttributeResponse attribute(ImageId id, String name) {
        return attributes.describe(
                TestRequests.by(ALICE, "DescribeImageAttribute"),
                DescribeImageAttributeRequest.builder()
                        .imageId(id.value())
                        .attribute(name)
                        .build());
    }

    static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }
}
