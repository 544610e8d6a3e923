package io.coppice.cloud.transfer;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.image.BootMode;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.transfer.TaskAdmission.Repetition;
import io.coppice.cloud.volume.CopyTargets;
import io.coppice.cloud.volume.EncryptionWish;
import io.coppice.cloud.volume.Snapshots;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CancelImportTaskRequest;
import software.amazon.awssdk.services.ec2.model.CancelImportTaskResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImportImageTasksRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImportImageTasksResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImportSnapshotTasksRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImportSnapshotTasksResponse;
import software.amazon.awssdk.services.ec2.model.ImageDiskContainer;
import software.amazon.awssdk.services.ec2.model.ImportImageRequest;
import software.amazon.awssdk.services.ec2.model.ImportImageResponse;
import software.amazon.awssdk.services.ec2.model.ImportSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.ImportSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** ImportImage, ImportSnapshot and the actions on their tasks. Thread-safe. */
@ApplicationScoped
class ImportActions implements ActionModule {
    /** Of one image. */
    static final int MOST_DISKS = 21;

    private static final int LONGEST_DESCRIPTION = 255;
    private static final Pattern DEVICE = Pattern.compile("/dev/(sd|xvd)[a-z][0-9]?");
    private static final String ROOT = "/dev/sda1";
    private static final Set<String> PLATFORMS = Set.of("Linux", "Windows");
    private static final Set<String> LICENSES = Set.of("AWS", "BYOL");

    private final TaskAdmission admission;
    private final TaskListing listing;
    private final Snapshots snapshots;
    private final CopyTargets volumes;

    ImportActions(TaskAdmission admission, TaskListing listing, Snapshots snapshots, CopyTargets volumes) {
        this.volumes = volumes;
        this.admission = admission;
        this.listing = listing;
        this.snapshots = snapshots;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "ImportImage", ImportImageRequest::builder, this::importImage);
        registry.add(
                ActionRegistry.Service.EC2, "ImportSnapshot", ImportSnapshotRequest::builder, this::importSnapshot);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeImportImageTasks",
                DescribeImportImageTasksRequest::builder,
                this::describeImages);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeImportSnapshotTasks",
                DescribeImportSnapshotTasksRequest::builder,
                this::describeSnapshots);
        registry.add(ActionRegistry.Service.EC2, "CancelImportTask", CancelImportTaskRequest::builder, this::cancel);
    }

    ImportImageResponse importImage(RequestContext context, ImportImageRequest request) {
        known("Architecture", request.architecture(), Set.of(TaskAnswers.ARCHITECTURE));
        known("Platform", request.platform(), PLATFORMS);
        known("LicenseType", request.licenseType(), LICENSES);
        known(
                "BootMode",
                request.bootModeAsString(),
                Set.of(BootMode.LEGACY_BIOS.text(), BootMode.UEFI.text(), BootMode.UEFI_PREFERRED.text()));
        var disks = disks(context, request.diskContainers());
        var wish = EncryptionWish.of(request.encrypted(), request.kmsKeyId());
        var objects = disks.stream().anyMatch(disk -> disk.snapshotId() == null);
        if (wish.wanted() && disks.stream().anyMatch(disk -> disk.snapshotId() != null)) {
            throw TransferErrors.unsupported("Encrypted, of an image of which a disk is a snapshot already,");
        }
        var task = new NewTask(
                TaskKind.IMPORT_IMAGE,
                description(request.description()),
                request.platform(),
                request.licenseType(),
                disks,
                tags(request.tagSpecifications(), TaskKind.IMPORT_IMAGE),
                Objects.requireNonNullElse(request.bootModeAsString(), BootMode.LEGACY_BIOS.text()),
                objects ? volumes.unservedKey(context.account(), wish) : null);
        var repetition = new Repetition(
                request.clientToken(), request.toBuilder().clientToken(null).build());
        var made = admission.importing(context, task, repetition);
        var answer = TaskAnswers.importedImage(made);
        return ImportImageResponse.builder()
                .importTaskId(answer.importTaskId())
                .architecture(answer.architecture())
                .description(answer.description())
                .encrypted(answer.encrypted())
                .kmsKeyId(answer.kmsKeyId())
                .licenseType(answer.licenseType())
                .platform(answer.platform())
                .progress(answer.progress())
                .snapshotDetails(answer.snapshotDetails())
                .status(answer.status())
                .statusMessage(answer.statusMessage())
                .tags(answer.tags())
                .build();
    }

    private List<NewTask.Disk> disks(RequestContext context, List<ImageDiskContainer> containers) {
        if (containers.isEmpty()) {
            throw TransferErrors.missing("DiskContainers");
        }
        if (containers.size() > MOST_DISKS) {
            throw TransferErrors.invalid(
                    "DiskContainers", String.valueOf(containers.size()), "at most " + MOST_DISKS + " disks");
        }
        var disks = new ArrayList<NewTask.Disk>();
        var devices = new HashSet<String>();
        for (var container : containers) {
            var disk = disk(context, container, devices.isEmpty() ? ROOT : "/dev/sd" + (char) ('e' + devices.size()));
            if (!devices.add(disk.device())) {
                throw TransferErrors.invalid("DeviceName", disk.device(), "another name for each disk");
            }
            disks.add(disk);
        }
        return disks;
    }

    private NewTask.Disk disk(RequestContext context, ImageDiskContainer container, String usualDevice) {
        var device = Objects.requireNonNullElse(container.deviceName(), usualDevice);
        if (!DEVICE.matcher(device).matches()) {
            throw TransferErrors.invalid("DeviceName", device, "a device such as " + ROOT);
        }
        var text = description(container.description());
        var snapshot = container.snapshotId();
        if (snapshot != null) {
            var gib = snapshots.ownGib(context.account(), snapshot);
            return new NewTask.Disk(null, null, null, null, text, device, snapshot, gib);
        }
        var object = ImportSources.location(container.userBucket(), container.url(), "DiskContainer");
        var format = ImportSources.format(container.format(), object.key(), "DiskContainer");
        return new NewTask.Disk(object.bucket(), object.key(), object.url(), format, text, device, null, 0);
    }

    ImportSnapshotResponse importSnapshot(RequestContext context, ImportSnapshotRequest request) {
        var container = request.diskContainer();
        if (container == null) {
            throw TransferErrors.missing("DiskContainer");
        }
        var object = ImportSources.location(container.userBucket(), container.url(), "DiskContainer");
        var format = ImportSources.format(container.format(), object.key(), "DiskContainer");
        var text = description(request.description() == null ? container.description() : request.description());
        var disk = new NewTask.Disk(object.bucket(), object.key(), object.url(), format, text, ROOT, null, 0);
        var task = new NewTask(
                TaskKind.IMPORT_SNAPSHOT,
                text,
                null,
                null,
                List.of(disk),
                tags(request.tagSpecifications(), TaskKind.IMPORT_SNAPSHOT),
                BootMode.LEGACY_BIOS.text(),
                volumes.unservedKey(context.account(), EncryptionWish.of(request.encrypted(), request.kmsKeyId())));
        var repetition = new Repetition(
                request.clientToken(), request.toBuilder().clientToken(null).build());
        var answer = TaskAnswers.importedSnapshot(admission.importing(context, task, repetition));
        return ImportSnapshotResponse.builder()
                .importTaskId(answer.importTaskId())
                .description(answer.description())
                .snapshotTaskDetail(answer.snapshotTaskDetail())
                .tags(answer.tags())
                .build();
    }

    DescribeImportImageTasksResponse describeImages(RequestContext context, DescribeImportImageTasksRequest request) {
        var wish = new TaskListing.Wish(
                request.importTaskIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = listing.page(context, TaskKind.IMPORT_IMAGE, "importTaskIdSet", wish);
        return DescribeImportImageTasksResponse.builder()
                .importImageTasks(page.map(TaskAnswers::importedImage))
                .nextToken(page.nextToken())
                .build();
    }

    DescribeImportSnapshotTasksResponse describeSnapshots(
            RequestContext context, DescribeImportSnapshotTasksRequest request) {
        var wish = new TaskListing.Wish(
                request.importTaskIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = listing.page(context, TaskKind.IMPORT_SNAPSHOT, "importTaskIdSet", wish);
        return DescribeImportSnapshotTasksResponse.builder()
                .importSnapshotTasks(page.map(TaskAnswers::importedSnapshot))
                .nextToken(page.nextToken())
                .build();
    }

    CancelImportTaskResponse cancel(RequestContext context, CancelImportTaskRequest request) {
        var id = request.importTaskId();
        if (id == null) {
            throw TransferErrors.missing("ImportTaskId");
        }
        var kind = TaskKind.of(id)
                .filter(each -> each != TaskKind.EXPORT_IMAGE)
                .orElseThrow(() -> TransferErrors.notFound(TaskKind.IMPORT_IMAGE, id));
        var before = admission.cancel(context.account(), kind, id, request.cancelReason());
        return CancelImportTaskResponse.builder()
                .importTaskId(id)
                .previousState(before.text())
                .state(TaskState.DELETING.text())
                .build();
    }

    private static void known(String parameter, @Nullable String value, Set<String> possible) {
        if (value != null && !possible.contains(value)) {
            throw TransferErrors.invalid(
                    parameter,
                    value,
                    String.join(" or ", possible.stream().sorted().toList()));
        }
    }

    /** A description, checked for its length; empty when there is none. */
    static String description(@Nullable String text) {
        var given = Objects.requireNonNullElse(text, "");
        if (given.length() > LONGEST_DESCRIPTION) {
            throw TransferErrors.invalid("Description", given, "at most " + LONGEST_DESCRIPTION + " characters");
        }
        return given;
    }

    /** The tags that a request gives to a task. */
    static Map<String, String> tags(List<TagSpecification> specifications, TaskKind kind) {
        return TagRules.of(specifications, kind.resourceType());
    }
}
