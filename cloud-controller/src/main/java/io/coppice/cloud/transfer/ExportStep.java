package io.coppice.cloud.transfer;

import io.coppice.cloud.transfer.CallerObjects.Refused;
import io.coppice.cloud.transfer.CallerObjects.Upload;
import io.coppice.proto.ebs.v1.AdvanceTransferResponse;
import io.coppice.proto.ebs.v1.TransferState;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;

/** The one step of an export: the disk is converted and sent in parts, of which the object is made in the end. Thread-safe. */
@ApplicationScoped
class ExportStep {
    private static final long SMALLEST_PART = 64L << 20;
    /** So that their URLs fit into one message. */
    private static final int MOST_PARTS = 1000;

    private final DiskTransfers transfers;
    private final TaskDiskSources sources;
    private final CallerObjects objects;
    private final CallerCredentials credentials;

    ExportStep(DiskTransfers transfers, TaskDiskSources sources, CallerObjects objects, CallerCredentials credentials) {
        this.transfers = transfers;
        this.sources = sources;
        this.objects = objects;
        this.credentials = credentials;
    }

    /** Takes it further and tells how far it is. */
    AdvanceTransferResponse advance(Task task, DiskRow disk) throws IOException {
        var transfer = sources.of(task, disk).setTargetFormat(DiskSteps.format(Objects.requireNonNull(disk.format())));
        var answer = transfers.advance(transfer.build());
        if (answer.getState() != TransferState.TRANSFER_STATE_CONVERTED) {
            return answer;
        }
        var bytes = Math.max(SMALLEST_PART, Math.ceilDiv(answer.getFileBytes(), MOST_PARTS));
        var count = Math.toIntExact(Math.ceilDiv(answer.getFileBytes(), bytes));
        var urls = objects.parts(credentials.open(task.row()), upload(task, disk), count, sources.left(task));
        return transfers.advance(transfer.setPartBytes(bytes)
                .addAllPartUrls(urls.stream().map(URI::toString).toList())
                .build());
    }

    /** Makes the object of its parts; false when that cannot be. Once more does no harm. */
    boolean complete(Task task, DiskRow disk, AdvanceTransferResponse answer) throws IOException {
        var signer = credentials.open(task.row());
        var upload = upload(task, disk);
        try {
            objects.complete(signer, upload, answer.getPartEtagsList());
            return true;
        } catch (Refused e) {
            // It was done before, and what was to be written down of it was not.
            var present = objects.size(signer, upload.bucket(), upload.key());
            return present.isPresent() && present.getAsLong() == answer.getFileBytes();
        }
    }

    private static Upload upload(Task task, DiskRow disk) {
        return new Upload(
                Objects.requireNonNull(disk.bucket()),
                Objects.requireNonNull(disk.objectKey()),
                Objects.requireNonNull(task.row().uploadId()));
    }
}
