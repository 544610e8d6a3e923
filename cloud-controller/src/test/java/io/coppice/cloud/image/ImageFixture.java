package io.coppice.cloud.image;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.volume.DiskMappings;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;

/** The image actions on a real database, with bytes that are always there, as a test fixture. */
final class ImageFixture {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    final FakeSnapshots snapshots = new FakeSnapshots();
    final ImageStore store;
    final ImageKeeper keeper;
    final StoredImages images;
    private final ImageActions actions;
    private final ImageCopyActions copies;
    private final ImageAttributeActions attributes;

    ImageFixture(TestDatabase database) {
        this(database, new TestImageConfig());
    }

    ImageFixture(TestDatabase database, ImageConfig config) {
        var events = new RecordingEventLog();
        var bytes = new ReadyBytes();
        store = new ImageStore(database, TestTags.in(database), config);
        keeper = new ImageKeeper(database, store, bytes, snapshots, List.of(), events, config, CLOCK);
        var registration = new ImageRegistration(database, store, bytes, snapshots, new ImageSnapshotUse(), keeper);
        var pages = new Pages(new PageTokens(() -> new byte[32]));
        actions = new ImageActions(store, registration, new DiskMappings(snapshots), pages);
        copies = new ImageCopyActions(
                database, store, registration, snapshots, TestTags.in(database), TestSite.config());
        attributes = new ImageAttributeActions(database, store, events);
        images = new StoredImages(store, bytes);
    }

    static TestDatabase startDatabase() {
        return TestDatabase.start(ImageRow.class, TestTags.ENTITY);
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
