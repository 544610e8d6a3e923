package io.coppice.cloud.transfer;

import io.coppice.cloud.image.Images;
import io.coppice.foundation.id.ImageId;
import io.coppice.proto.ebs.v1.AdvanceTransferRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/** Where the disks of tasks come from, as the EBS controller is told. Thread-safe. */
@ApplicationScoped
class TaskDiskSources {
    private static final int IMAGE_URL_SECONDS = 86_400;
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    private final CallerObjects objects;
    private final CallerCredentials credentials;
    private final Images images;
    private final TransferConfig config;
    private final Clock clock;

    TaskDiskSources(
            CallerObjects objects, CallerCredentials credentials, Images images, TransferConfig config, Clock clock) {
        this.objects = objects;
        this.credentials = credentials;
        this.images = images;
        this.config = config;
        this.clock = clock;
    }

    /** A transfer of this disk that still lacks its target. A remote call for images of objects. */
    AdvanceTransferRequest.Builder of(Task task, DiskRow disk) {
        var transfer = AdvanceTransferRequest.newBuilder().setTransferId(disk.id());
        if (task.row().kind() == TaskKind.EXPORT_IMAGE) {
            return ofImage(task, transfer);
        }
        var url = objects.readable(
                credentials.open(task.row()),
                Objects.requireNonNull(disk.bucket()),
                Objects.requireNonNull(disk.objectKey()),
                left(task));
        return transfer.setSourceUrl(url.toString())
                .setSourceFormat(DiskSteps.format(Objects.requireNonNull(disk.format())))
                .setSourceDisk(disk.archiveDisk());
    }

    private AdvanceTransferRequest.Builder ofImage(Task task, AdvanceTransferRequest.Builder transfer) {
        var id = new ImageId(Objects.requireNonNull(task.row().imageId()));
        var image = images.forReading(task.row().account(), id);
        return image.disks().isEmpty()
                ? transfer.setSourceUrl(images.downloadUrl(id, IMAGE_URL_SECONDS))
                        .setSourceFormat(image.format())
                : transfer.setSourceSnapshotId(
                        Objects.requireNonNull(image.disks().getFirst().snapshotId()));
    }

    /** How long the task may go on. */
    Duration left(Task task) {
        var left = Duration.between(clock.instant(), task.row().createdAt().plus(config.life()));
        return left.compareTo(SHORTEST) < 0 ? SHORTEST : left;
    }
}
