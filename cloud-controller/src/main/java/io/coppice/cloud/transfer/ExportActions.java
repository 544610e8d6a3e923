package io.coppice.cloud.transfer;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.transfer.TaskAdmission.Export;
import io.coppice.cloud.transfer.TaskAdmission.Repetition;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.EncryptionErrors;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CancelExportTaskRequest;
import software.amazon.awssdk.services.ec2.model.CancelExportTaskResponse;
import software.amazon.awssdk.services.ec2.model.DescribeExportImageTasksRequest;
import software.amazon.awssdk.services.ec2.model.DescribeExportImageTasksResponse;
import software.amazon.awssdk.services.ec2.model.ExportImageRequest;
import software.amazon.awssdk.services.ec2.model.ExportImageResponse;

/** ExportImage and the actions on its tasks. Thread-safe. */
@ApplicationScoped
class ExportActions implements ActionModule {
    private static final Set<String> FORMATS = Set.of("RAW", "VMDK", "VHD");
    private static final int LONGEST_PREFIX = 900;

    private final TaskAdmission admission;
    private final TaskListing listing;
    private final Images images;

    ExportActions(TaskAdmission admission, TaskListing listing, Images images) {
        this.admission = admission;
        this.listing = listing;
        this.images = images;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "ExportImage", ExportImageRequest::builder, this::export);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeExportImageTasks",
                DescribeExportImageTasksRequest::builder,
                this::describe);
        registry.add(ActionRegistry.Service.EC2, "CancelExportTask", CancelExportTaskRequest::builder, this::cancel);
    }

    ExportImageResponse export(RequestContext context, ExportImageRequest request) {
        var image = ownImage(context, request.imageId());
        if (image.disks().stream().anyMatch(DiskMapping::encrypted)) {
            throw EncryptionErrors.imageNotExported();
        }
        var format = request.diskImageFormatAsString();
        if (format == null) {
            throw TransferErrors.missing("DiskImageFormat");
        }
        if (!FORMATS.contains(format)) {
            throw TransferErrors.invalid("DiskImageFormat", format, "RAW, VMDK or VHD");
        }
        var location = request.s3ExportLocation();
        if (location == null) {
            throw TransferErrors.missing("S3ExportLocation");
        }
        var bucket = ImportSources.bucket(location.s3Bucket(), "S3ExportLocation.S3Bucket");
        var prefix = prefix(location.s3Prefix());
        var id = TaskKind.EXPORT_IMAGE.newId();
        var key = prefix + id + "." + DiskSteps.format(format);
        var disk = new NewTask.Disk(bucket, key, null, format, "", image.rootDeviceName(), null, 0);
        var task = new NewTask(
                TaskKind.EXPORT_IMAGE,
                ImportActions.description(request.description()),
                null,
                null,
                List.of(disk),
                ImportActions.tags(request.tagSpecifications(), TaskKind.EXPORT_IMAGE));
        var repetition = new Repetition(
                request.clientToken(), request.toBuilder().clientToken(null).build());
        var export = new Export(image.id().value(), bucket, prefix, key);
        var made = TaskAnswers.exported(admission.exporting(context, id, task, export, repetition));
        return ExportImageResponse.builder()
                .exportImageTaskId(made.exportImageTaskId())
                .description(made.description())
                .diskImageFormat(format)
                .imageId(made.imageId())
                .roleName(request.roleName())
                .progress(made.progress())
                .s3ExportLocation(made.s3ExportLocation())
                .status(made.status())
                .statusMessage(made.statusMessage())
                .tags(made.tags())
                .build();
    }

    private Images.LaunchImage ownImage(RequestContext context, @Nullable String id) {
        if (id == null) {
            throw TransferErrors.missing("ImageId");
        }
        try {
            var image = images.forLaunch(context.account(), new ImageId(id));
            if (!image.owner().equals(context.account())) {
                throw TransferErrors.notOwner(id);
            }
            return image;
        } catch (MalformedIdException e) {
            throw AwsException.client("InvalidAMIID.Malformed", "Invalid id: \"" + id + "\" (expecting \"ami-...\")");
        }
    }

    private static String prefix(@Nullable String given) {
        var prefix = Objects.requireNonNullElse(given, "");
        if (prefix.length() > LONGEST_PREFIX || prefix.chars().anyMatch(Character::isISOControl)) {
            throw TransferErrors.invalid(
                    "S3ExportLocation.S3Prefix", prefix, "at most " + LONGEST_PREFIX + " characters of a key");
        }
        return prefix;
    }

    DescribeExportImageTasksResponse describe(RequestContext context, DescribeExportImageTasksRequest request) {
        var wish = new TaskListing.Wish(
                request.exportImageTaskIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = listing.page(context, TaskKind.EXPORT_IMAGE, "exportImageTaskIdSet", wish);
        return DescribeExportImageTasksResponse.builder()
                .exportImageTasks(page.map(TaskAnswers::exported))
                .nextToken(page.nextToken())
                .build();
    }

    CancelExportTaskResponse cancel(RequestContext context, CancelExportTaskRequest request) {
        var id = request.exportTaskId();
        if (id == null) {
            throw TransferErrors.missing("ExportTaskId");
        }
        if (TaskKind.of(id).filter(TaskKind.EXPORT_IMAGE::equals).isEmpty()) {
            throw AwsException.client("InvalidExportTaskID.NotFound", "The task '" + id + "' does not exist");
        }
        admission.cancel(context.account(), TaskKind.EXPORT_IMAGE, id, null);
        return CancelExportTaskResponse.builder().build();
    }
}
