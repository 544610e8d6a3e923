package io.coppice.cloud.transfer;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.image.BootMode;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.token.ClientTokens;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.proto.ebs.v1.AdvanceTransferRequest;
import io.coppice.wire.error.AwsException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.CancelExportTaskRequest;
import software.amazon.awssdk.services.ec2.model.CancelImportTaskRequest;
import software.amazon.awssdk.services.ec2.model.DescribeExportImageTasksRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImportImageTasksRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImportSnapshotTasksRequest;
import software.amazon.awssdk.services.ec2.model.ExportImageRequest;
import software.amazon.awssdk.services.ec2.model.ExportImageTask;
import software.amazon.awssdk.services.ec2.model.ImportImageRequest;
import software.amazon.awssdk.services.ec2.model.ImportImageTask;
import software.amazon.awssdk.services.ec2.model.ImportSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.SnapshotTaskDetail;

/** If this fails, an import or export loses its way, leaves something behind, or does what its owner may not do. */
class TasksTest {
    private static final TestDatabase DATABASE = TestDatabase.start(TaskRow.class, DiskRow.class, TestTags.ENTITY);

    @TempDir
    private static Path folder;

    private final FakeWorld world = new FakeWorld();
    private final TestConfig config = new TestConfig();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Clock clock = new Moving();
    private final RecordingEventLog events = new RecordingEventLog();
    private final TaskStore store = new TaskStore(DATABASE, TestTags.in(DATABASE), config);
    private final CallerCredentials credentials =
            new CallerCredentials(new SessionTokens(SecretBox.open(folder), clock), SecretBox.open(folder), config);
    private final TaskEnds ends = new TaskEnds(DATABASE, store, world, events, clock);
    private final TaskDiskSources sources = new TaskDiskSources(world, credentials, world, config, clock);
    private final TaskWorker worker = new TaskWorker(
            store,
            new DiskSteps(
                    store,
                    ends,
                    world,
                    sources,
                    new ExportStep(world, sources, world, credentials),
                    world,
                    world,
                    clock),
            ends,
            new TaskClearing(DATABASE, store, ends, world, world, credentials, world, world, clock),
            config,
            clock);
    private final TaskAdmission admission =
            new TaskAdmission(DATABASE, store, new ClientTokens(clock), credentials, world, events, worker, clock);
    private final TaskListing listing = new TaskListing(store, new Pages(new PageTokens(() -> new byte[32])));
    private final ImportActions imports = new ImportActions(admission, listing, world, world);
    private final ExportActions exports = new ExportActions(admission, listing, world);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("disk_task", "disk_task_disk", "tag", "client_tokens");
        world.objects.put("mine/disk.vmdk", 10L);
    }

    @Test
    void anObjectBecomesASnapshotOfItsSize() {
        var id = importSnapshot(request -> request.description("old one"));
        assertEquals("active", snapshotTask(id).status());
        passes(1);
        assertEquals("converting", snapshotTask(id).statusMessage());
        assertNull(snapshotTask(id).snapshotId());
        passes(3);
        var done = snapshotTask(id);
        assertEquals("completed", done.status());
        assertEquals("VMDK", done.format());
        assertEquals((double) world.fileBytes, done.diskImageSize());
        assertEquals("mine", done.userBucket().s3Bucket());
        assertTrue(world.snapshots.containsKey(done.snapshotId()));
        assertEquals(2, world.wishes.getFirst().sizeGib());
        assertEquals("old one", world.wishes.getFirst().description());
        assertTrue(world.volumes.isEmpty() && world.transfers.isEmpty(), "something of it is left");
        assertEquals(List.of("disk-task.created", "disk-task.state-changed"), events.kindsOf(id));
        assertEquals(0, DATABASE.<Integer>call(entities -> entities.find(TaskRow.class, id)
                .credentials()
                .length));
    }

    @Test
    void anImportIsEncryptedUnderTheKeyThatWasKnownWhenItBegan() {
        var named = importSnapshot(request -> request.encrypted(true).kmsKeyId("one"));
        assertEquals("arn:one", snapshotTask(named).kmsKeyId());
        assertTrue(snapshotTask(named).encrypted());
        var image =
                importImage(request -> request.encrypted(true).diskContainers(disk -> disk.url("s3://mine/disk.vmdk")));
        assertEquals("arn:own", imageTask(image).kmsKeyId());
        assertTrue(imageTask(image).encrypted());
        var plain = importSnapshot(request -> {});
        assertFalse(snapshotTask(plain).encrypted());
        assertNull(snapshotTask(plain).kmsKeyId());
        passes(4);
        world.encryptedByDefault = true;
        var usual = importSnapshot(request -> {});
        assertEquals("arn:own", snapshotTask(usual).kmsKeyId());
        passes(2);
        assertEquals(
                List.of("arn:one", "arn:own", "arn:own", "null"),
                world.keys.stream().sorted().toList(),
                "the volumes that they are written to");
    }

    @Test
    void severalDisksBecomeAnImage() {
        world.objects.put("mine/data.raw", 10L);
        var id = importImage(request -> request.platform("Linux")
                .diskContainers(
                        disk -> disk.url("s3://mine/disk.vmdk"),
                        disk -> disk.userBucket(
                                bucket -> bucket.s3Bucket("mine").s3Key("data.raw")),
                        disk -> disk.snapshotId("snap-00000000000000001").deviceName("/dev/sdk")));
        passes(4);
        var task = imageTask(id);
        assertEquals("completed", task.status());
        assertEquals("Linux", task.platform());
        var disks = world.images.getOrDefault(task.imageId(), List.of());
        assertEquals(
                List.of("/dev/sda1", "/dev/sdf", "/dev/sdk"),
                disks.stream().map(DiskMapping::device).toList());
        assertEquals(4, disks.getLast().sizeGib());
        assertEquals(3, task.snapshotDetails().size());
        assertEquals("s3://mine/disk.vmdk", task.snapshotDetails().getFirst().url());
    }

    @Test
    void theDisksOfAnArchiveAreFoundWhenItIsFetchedAndBecomeOneImage() {
        world.objects.put("mine/vm.ova", 10L);
        world.archived = 3;
        var id = importImage(request -> request.bootMode("uefi")
                .diskContainers(
                        disk -> disk.url("s3://mine/vm.ova").format("ova"),
                        disk -> disk.url("s3://mine/disk.vmdk").deviceName("/dev/sdf")));
        passes(1);
        assertEquals(4, imageTask(id).snapshotDetails().size());
        assertEquals("VMDK", imageTask(id).snapshotDetails().getFirst().format());
        passes(5);
        var task = imageTask(id);
        assertEquals("completed", task.status(), task.statusMessage());
        assertEquals("uefi", task.bootModeAsString());
        assertEquals(BootMode.UEFI, world.bootModes.get(task.imageId()));
        assertEquals(
                List.of("/dev/sda1", "/dev/sdf", "/dev/sdg", "/dev/sdh"),
                world.images.getOrDefault(task.imageId(), List.of()).stream()
                        .map(DiskMapping::device)
                        .toList());
        assertEquals(
                List.of(0, 0, 1, 2),
                world.asked.values().stream()
                        .map(AdvanceTransferRequest::getSourceDisk)
                        .sorted()
                        .toList());
        assertTrue(world.volumes.isEmpty() && world.transfers.isEmpty(), "something of it is left");
    }

    @Test
    void anArchiveOfTooManyDisksEndsItsTask() {
        world.objects.put("mine/vm.ova", 10L);
        world.archived = 2;
        var snapshot = importSnapshot(request -> request.diskContainer(disk -> disk.url("s3://mine/vm.ova")));
        passes(2);
        assertEquals("error", snapshotTask(snapshot).status());
        assertTrue(snapshotTask(snapshot).statusMessage().contains("ImportImage"));
        world.archived = 20;
        var image = importImage(request ->
                request.diskContainers(disk -> disk.url("s3://mine/vm.ova"), disk -> disk.url("s3://mine/vm.ova")));
        passes(3);
        assertEquals("deleted", imageTask(image).status());
        assertTrue(
                imageTask(image).statusMessage().contains("at most 21"),
                imageTask(image).statusMessage());
        assertTrue(world.volumes.isEmpty() && world.transfers.isEmpty(), "something of it is left");
        world.archived = 1;
        var one = importSnapshot(request -> request.diskContainer(disk -> disk.url("s3://mine/vm.ova")));
        passes(4);
        assertEquals("completed", snapshotTask(one).status());
    }

    @Test
    void aRestartOfAnyRoleCostsNothing() {
        var id = importSnapshot(request -> {});
        passes(1);
        world.away = true;
        passes(2);
        assertEquals("active", snapshotTask(id).status());
        world.away = false;
        world.transfers.clear();
        passes(3);
        assertEquals("completed", snapshotTask(id).status());
    }

    @Test
    void whatIsNoDiskFailsTheTaskAndLeavesNothing() {
        var snapshot = importSnapshot(request -> {});
        var image = importImage(request -> request.diskContainers(disk -> disk.url("s3://mine/disk.vmdk")));
        passes(1);
        world.failure = "the disk needs a backing file";
        passes(2);
        assertEquals("error", snapshotTask(snapshot).status());
        assertEquals(
                "ClientError: the disk needs a backing file",
                snapshotTask(snapshot).statusMessage());
        assertEquals("deleted", imageTask(image).status());
        assertTrue(world.volumes.isEmpty() && world.transfers.isEmpty(), "something of it is left");
    }

    @Test
    void aFailureThatMayPassIsTriedAgainAFewTimes() {
        var id = importSnapshot(request -> {});
        world.failure = "there is no room";
        world.retryable = true;
        passes(3);
        assertEquals(1, world.failures, "tried again at once");
        for (int i = 0; i < 6; i++) {
            now = now.plus(Duration.ofMinutes(1));
            passes(2);
        }
        assertEquals("error", snapshotTask(id).status());
        assertEquals(6, world.failures);
    }

    @Test
    void quotasVolumesThatCannotBeAndTimeEndTasks() {
        var quota = importSnapshot(request -> {});
        world.quotaExceeded = true;
        passes(2);
        assertEquals("ClientError: no more volumes", snapshotTask(quota).statusMessage());
        world.quotaExceeded = false;
        var volume = importSnapshot(request -> {});
        world.volumeFailure = "no room for the volume";
        passes(3);
        assertEquals("error", snapshotTask(volume).status());
        world.volumeFailure = "";
        var late = importSnapshot(request -> {});
        now = now.plus(config.life()).plusSeconds(1);
        passes(2);
        assertTrue(snapshotTask(late).statusMessage().contains("not finished within"));
        now = now.plus(config.shown()).plusSeconds(1);
        passes(1);
        assertEquals("InvalidConversionTaskId", code(() -> snapshotTask(late)));
    }

    @Test
    void aCancelledImportLeavesNothing() {
        var id = importImage(request -> request.diskContainers(disk -> disk.url("s3://mine/disk.vmdk")));
        passes(2);
        assertFalse(world.snapshots.isEmpty());
        var cancel = CancelImportTaskRequest.builder().importTaskId(id).cancelReason("wrong one");
        var answer = imports.cancel(TestRequests.by(ALICE, "CancelImportTask"), cancel.build());
        assertEquals("active", answer.previousState());
        assertEquals("deleting", imageTask(id).status());
        passes(1);
        assertEquals("deleted", imageTask(id).status());
        assertEquals("wrong one", imageTask(id).statusMessage());
        assertTrue(world.snapshots.isEmpty() && world.volumes.isEmpty() && world.transfers.isEmpty());
        assertEquals(
                "IncorrectState",
                code(() -> imports.cancel(TestRequests.by(ALICE, "CancelImportTask"), cancel.build())));
        assertEquals(
                "InvalidConversionTaskId",
                code(() -> imports.cancel(TestRequests.by(BOB, "CancelImportTask"), cancel.build())));
    }

    @Test
    void anImageBecomesAnObject() {
        var image = image(ALICE, new DiskMapping("/dev/sda1", "snap-00000000000000001", 8, "gp2", null, true));
        var id = export(
                image,
                request -> request.s3ExportLocation(to -> to.s3Bucket("mine").s3Prefix("out/")));
        passes(2);
        var task = exportTask(id);
        assertEquals("completed", task.status());
        assertEquals("out/", task.s3ExportLocation().s3Prefix());
        assertTrue(world.objects.containsKey("mine/out/" + id + ".vmdk"), world.objects.toString());
        assertTrue(world.transfers.isEmpty() && world.uploads.isEmpty());

        var ofObject = image(ALICE);
        var second = export(ofObject, request -> {});
        world.away = true;
        passes(1);
        world.away = false;
        assertEquals("active", exportTask(second).status());
        passes(1);
        assertEquals("completed", exportTask(second).status());
    }

    @Test
    void anExportThatIsCancelledOrWhoseImageGoesLeavesNothing() {
        var id = export(image(ALICE), request -> {});
        assertEquals(1, world.uploads.size());
        exports.cancel(
                TestRequests.by(ALICE, "CancelExportTask"),
                CancelExportTaskRequest.builder().exportTaskId(id).build());
        passes(1);
        assertEquals("deleted", exportTask(id).status());
        assertTrue(world.uploads.isEmpty());
        var lost = export(image(ALICE), request -> {});
        world.images.clear();
        passes(2);
        assertEquals("deleted", exportTask(lost).status());
        assertTrue(world.uploads.isEmpty());
    }

    @Test
    void sameTokenGivesTheSameTask() {
        var id = importSnapshot(request -> request.clientToken("t"));
        assertEquals(id, importSnapshot(request -> request.clientToken("t")));
        assertEquals(
                "IdempotentParameterMismatch",
                code(() -> importSnapshot(request -> request.clientToken("t").description("other"))));
        assertNotEquals(id, importSnapshot(request -> request.clientToken("u")));
        var image = image(ALICE);
        var export = export(image, request -> request.clientToken("t"));
        assertEquals(export, export(image, request -> request.clientToken("t")));
        assertEquals(1, world.uploads.size(), "an upload for nothing");
    }

    @Test
    void badRequestsAreRefused() {
        assertEquals(
                "MissingParameter",
                code(() -> imports.importSnapshot(
                        TestRequests.by(ALICE, "ImportSnapshot"),
                        ImportSnapshotRequest.builder().build())));
        assertEquals(
                "InvalidParameter",
                code(() -> importSnapshot(request -> request.diskContainer(disk -> disk.url("s3://mine/gone.vmdk")))));
        assertEquals(
                "InvalidParameterValue",
                code(() -> importSnapshot(request -> request.diskContainer(
                        disk -> disk.url("file:///etc/passwd").format("RAW")))));
        assertEquals(
                "InvalidParameterValue",
                code(() -> importSnapshot(request -> request.diskContainer(
                        disk -> disk.url("s3://mine/disk.vmdk").format("PNG")))));
        assertEquals("InvalidParameterDependency", code(() -> importSnapshot(request -> request.kmsKeyId("one"))));
        assertEquals(
                "UnsupportedOperation",
                code(() -> importImage(request ->
                        request.encrypted(true).diskContainers(disk -> disk.snapshotId("snap-00000000000000001")))));
        assertEquals("MissingParameter", code(() -> importImage(request -> {})));
        assertEquals(
                "InvalidParameterValue",
                code(() -> importImage(request ->
                        request.architecture("arm64").diskContainers(disk -> disk.url("s3://mine/disk.vmdk")))));
        assertEquals(
                "InvalidParameterValue",
                code(() -> importImage(request -> request.diskContainers(
                        disk -> disk.url("s3://mine/disk.vmdk").deviceName("../sda")))));
        assertEquals(
                "InvalidParameterValue",
                code(() -> importImage(request -> request.diskContainers(
                        disk -> disk.url("s3://mine/disk.vmdk").deviceName("/dev/sdb"),
                        disk -> disk.url("s3://mine/disk.vmdk").deviceName("/dev/sdb")))));
        assertEquals("OperationNotPermitted", code(() -> export(image(BOB), request -> {})));
        assertEquals("InvalidAMIID.Malformed", code(() -> export("banana", request -> {})));
        assertEquals(
                "InvalidParameter",
                code(() -> export(image(ALICE), request -> request.s3ExportLocation(to -> to.s3Bucket("theirs")))));
        world.away = true;
        assertEquals("ServiceUnavailable", code(() -> importSnapshot(request -> {})));
        assertEquals("ServiceUnavailable", code(() -> export(image(ALICE), request -> {})));
    }

    @Test
    void anAccountMayHaveSoManyUnderWay() {
        for (int i = 0; i < config.maxPerAccount(); i++) {
            importSnapshot(request -> {});
        }
        assertEquals("ResourceLimitExceeded", code(() -> importSnapshot(request -> {})));
        passes(4);
        importSnapshot(request -> {});
    }

    @Test
    void tasksAreListedByKindStateAndTag() {
        var id = importSnapshot(request -> request.tagSpecifications(of ->
                of.resourceType("import-snapshot-task").tags(tag -> tag.key("k").value("v"))));
        importSnapshot(request -> {});
        var found = imports.describeSnapshots(
                        TestRequests.by(ALICE, "DescribeImportSnapshotTasks"),
                        DescribeImportSnapshotTasksRequest.builder()
                                .filters(
                                        filter -> filter.name("task-state").values("active"),
                                        filter -> filter.name("tag:k").values("v"))
                                .build())
                .importSnapshotTasks();
        assertEquals(1, found.size());
        assertEquals(id, found.getFirst().importTaskId());
        assertEquals("v", found.getFirst().tags().getFirst().value());
        assertTrue(imports.describeImages(
                        TestRequests.by(ALICE, "DescribeImportImageTasks"),
                        DescribeImportImageTasksRequest.builder().build())
                .importImageTasks()
                .isEmpty());
    }

    private void passes(int count) {
        for (int i = 0; i < count; i++) {
            worker.pass();
        }
    }

    private String importSnapshot(Consumer<ImportSnapshotRequest.Builder> change) {
        var request = ImportSnapshotRequest.builder().diskContainer(disk -> disk.format("vmdk")
                .userBucket(bucket -> bucket.s3Bucket("mine").s3Key("disk.vmdk")));
        change.accept(request);
        return imports.importSnapshot(TestRequests.by(ALICE, "ImportSnapshot"), request.build())
                .importTaskId();
    }

    private String importImage(Consumer<ImportImageRequest.Builder> change) {
        var request = ImportImageRequest.builder();
        change.accept(request);
        return imports.importImage(TestRequests.by(ALICE, "ImportImage"), request.build())
                .importTaskId();
    }

    private String export(String image, Consumer<ExportImageRequest.Builder> change) {
        var request = ExportImageRequest.builder()
                .imageId(image)
                .diskImageFormat("VMDK")
                .s3ExportLocation(to -> to.s3Bucket("mine"));
        change.accept(request);
        return exports.export(TestRequests.by(ALICE, "ExportImage"), request.build())
                .exportImageTaskId();
    }

    private String image(AccountId owner, DiskMapping... disks) {
        var id = ImageId.random().value();
        world.images.put(id, List.of(disks));
        world.owners.put(id, owner);
        return id;
    }

    private SnapshotTaskDetail snapshotTask(String id) {
        return imports.describeSnapshots(
                        TestRequests.by(ALICE, "DescribeImportSnapshotTasks"),
                        DescribeImportSnapshotTasksRequest.builder()
                                .importTaskIds(id)
                                .build())
                .importSnapshotTasks()
                .getFirst()
                .snapshotTaskDetail();
    }

    private ImportImageTask imageTask(String id) {
        return imports.describeImages(
                        TestRequests.by(ALICE, "DescribeImportImageTasks"),
                        DescribeImportImageTasksRequest.builder()
                                .importTaskIds(id)
                                .build())
                .importImageTasks()
                .getFirst();
    }

    private ExportImageTask exportTask(String id) {
        return exports.describe(
                        TestRequests.by(ALICE, "DescribeExportImageTasks"),
                        DescribeExportImageTasksRequest.builder()
                                .exportImageTaskIds(id)
                                .build())
                .exportImageTasks()
                .getFirst();
    }

    private static String code(Runnable work) {
        return assertThrows(AwsException.class, work::run).code();
    }

    /** Stands still until the test moves it. */
    private final class Moving extends Clock {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }

    private static final class TestConfig implements TransferConfig {
        @Override
        public int maxPerAccount() {
            return 3;
        }

        @Override
        public Duration life() {
            return Duration.ofHours(24);
        }

        @Override
        public Duration shown() {
            return Duration.ofDays(7);
        }

        @Override
        public Duration interval() {
            return Duration.ofHours(1);
        }
    }
}
