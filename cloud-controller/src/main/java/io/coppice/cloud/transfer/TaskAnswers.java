package io.coppice.cloud.transfer;

import io.coppice.cloud.image.BootMode;
import io.coppice.cloud.tag.TagRules;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.ExportImageTask;
import software.amazon.awssdk.services.ec2.model.ExportTaskS3Location;
import software.amazon.awssdk.services.ec2.model.ImportImageTask;
import software.amazon.awssdk.services.ec2.model.ImportSnapshotTask;
import software.amazon.awssdk.services.ec2.model.SnapshotDetail;
import software.amazon.awssdk.services.ec2.model.SnapshotTaskDetail;
import software.amazon.awssdk.services.ec2.model.UserBucketDetails;

/** Writes tasks as AWS does. */
final class TaskAnswers {
    static final String ARCHITECTURE = "x86_64";

    private TaskAnswers() {}

    static ImportImageTask importedImage(Task task) {
        var row = task.row();
        return ImportImageTask.builder()
                .importTaskId(row.id())
                .architecture(ARCHITECTURE)
                .bootMode(
                        row.bootMode() == BootMode.LEGACY_BIOS
                                ? null
                                : row.bootMode().text())
                .description(text(row.description()))
                .encrypted(row.kmsKeyId() != null)
                .imageId(row.imageId())
                .kmsKeyId(row.kmsKeyId())
                .licenseType(row.licenseType())
                .platform(row.platform())
                .progress(task.progress().orElse(null))
                .snapshotDetails(details(task))
                .status(row.state().text())
                .statusMessage(task.message().orElse(null))
                .tags(TagRules.toList(task.tags()))
                .build();
    }

    static List<SnapshotDetail> details(Task task) {
        return task.disks().stream().map(TaskAnswers::detail).toList();
    }

    private static SnapshotDetail detail(DiskRow disk) {
        var done = disk.step() == DiskStep.DONE;
        return SnapshotDetail.builder()
                .description(text(disk.description()))
                .deviceName(disk.device())
                .diskImageSize(size(disk))
                .format(format(disk))
                .progress(done ? null : String.valueOf(disk.progress()))
                .snapshotId(done ? disk.snapshotId() : null)
                .status(done ? "completed" : "active")
                .statusMessage(done ? null : disk.step().message())
                .url(disk.url())
                .userBucket(bucket(disk))
                .build();
    }

    static ImportSnapshotTask importedSnapshot(Task task) {
        return ImportSnapshotTask.builder()
                .importTaskId(task.id())
                .description(text(task.row().description()))
                .snapshotTaskDetail(detail(task))
                .tags(TagRules.toList(task.tags()))
                .build();
    }

    static SnapshotTaskDetail detail(Task task) {
        var disk = task.disks().getFirst();
        return SnapshotTaskDetail.builder()
                .description(text(disk.description()))
                .diskImageSize(size(disk))
                .encrypted(task.row().kmsKeyId() != null)
                .format(format(disk))
                .kmsKeyId(task.row().kmsKeyId())
                .progress(task.progress().orElse(null))
                .snapshotId(task.row().state() == TaskState.COMPLETED ? disk.snapshotId() : null)
                .status(task.row().state().text())
                .statusMessage(task.message().orElse(null))
                .url(disk.url())
                .userBucket(bucket(disk))
                .build();
    }

    static ExportImageTask exported(Task task) {
        var row = task.row();
        return ExportImageTask.builder()
                .exportImageTaskId(row.id())
                .description(text(row.description()))
                .imageId(row.imageId())
                .progress(task.progress().orElse(null))
                .s3ExportLocation(location(row))
                .status(row.state().text())
                .statusMessage(task.message().orElse(null))
                .tags(TagRules.toList(task.tags()))
                .build();
    }

    static ExportTaskS3Location location(TaskRow row) {
        return ExportTaskS3Location.builder()
                .s3Bucket(row.bucket())
                .s3Prefix(row.prefix())
                .build();
    }

    /** Of a disk in an archive its own, once that was looked at. */
    private static @Nullable String format(DiskRow disk) {
        return ImportSources.ARCHIVE.equals(disk.format()) && disk.step() != DiskStep.FETCHING ? "VMDK" : disk.format();
    }

    private static @Nullable UserBucketDetails bucket(DiskRow disk) {
        return disk.bucket() == null
                ? null
                : UserBucketDetails.builder()
                        .s3Bucket(disk.bucket())
                        .s3Key(disk.objectKey())
                        .build();
    }

    /** Bytes; absent while it is not known. */
    private static @Nullable Double size(DiskRow disk) {
        return disk.fileBytes() == 0 ? null : (double) disk.fileBytes();
    }

    private static @Nullable String text(String text) {
        return text.isEmpty() ? null : text;
    }
}
