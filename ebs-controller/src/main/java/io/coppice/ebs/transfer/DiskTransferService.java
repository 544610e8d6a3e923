package io.coppice.ebs.transfer;

import io.coppice.ebs.transfer.TransferOrder.FromArchive;
import io.coppice.ebs.transfer.TransferOrder.FromObject;
import io.coppice.ebs.transfer.TransferOrder.FromSnapshot;
import io.coppice.ebs.transfer.TransferOrder.Source;
import io.coppice.ebs.transfer.TransferOrder.Target;
import io.coppice.ebs.transfer.TransferOrder.ToObject;
import io.coppice.ebs.transfer.TransferOrder.ToVolume;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.AdvanceTransferRequest;
import io.coppice.proto.ebs.v1.AdvanceTransferResponse;
import io.coppice.proto.ebs.v1.DiskTransferGrpc;
import io.coppice.proto.ebs.v1.ForgetTransferRequest;
import io.coppice.proto.ebs.v1.ForgetTransferResponse;
import io.coppice.proto.ebs.v1.TransferState;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The gRPC door for disks on their way. Thread-safe. */
public final class DiskTransferService extends DiskTransferGrpc.DiskTransferImplBase {
    private static final String ARCHIVE = "ova";
    private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,64}");

    private final Transfers transfers;

    /** Answers from {@code transfers}. */
    public DiskTransferService(Transfers transfers) {
        this.transfers = transfers;
    }

    @Override
    public void advance(AdvanceTransferRequest request, StreamObserver<AdvanceTransferResponse> answer) {
        answer(answer, () -> message(transfers.advance(id(request.getTransferId()), order(request))));
    }

    @Override
    public void forget(ForgetTransferRequest request, StreamObserver<ForgetTransferResponse> answer) {
        answer(answer, () -> {
            transfers.forget(id(request.getTransferId()));
            return ForgetTransferResponse.getDefaultInstance();
        });
    }

    private static String id(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("transfer_id must match " + ID);
        }
        return id;
    }

    private static TransferOrder order(AdvanceTransferRequest request) {
        return new TransferOrder(
                source(request),
                target(request),
                request.getPartBytes(),
                request.getPartUrlsList().stream().map(URI::create).toList());
    }

    private static Source source(AdvanceTransferRequest request) {
        if (request.getSourceUrl().isEmpty()) {
            return new FromSnapshot(new SnapshotId(request.getSourceSnapshotId()));
        }
        var url = URI.create(request.getSourceUrl());
        if (!request.getSourceFormat().equals(ARCHIVE)) {
            return new FromObject(url, DiskFormat.named(request.getSourceFormat()));
        }
        if (request.getSourceDisk() < 0) {
            throw new IllegalArgumentException("source_disk must be 0 or more");
        }
        return new FromArchive(url, request.getSourceDisk());
    }

    private static Optional<Target> target(AdvanceTransferRequest request) {
        if (!request.getTargetVolumeId().isEmpty()) {
            return Optional.of(new ToVolume(new VolumeId(request.getTargetVolumeId())));
        }
        return request.getTargetFormat().isEmpty()
                ? Optional.empty()
                : Optional.of(new ToObject(DiskFormat.named(request.getTargetFormat())));
    }

    private static AdvanceTransferResponse message(TransferStatus status) {
        return AdvanceTransferResponse.newBuilder()
                .setState(
                        TransferState.valueOf("TRANSFER_STATE_" + status.step().name()))
                .setPercent(status.percent())
                .setVirtualBytes(status.virtualBytes())
                .setFileBytes(status.fileBytes())
                .setFailure(status.failure())
                .setRetryable(status.retryable())
                .setArchivedDisks(status.disks())
                .addAllPartEtags(status.partEtags())
                .build();
    }

    private static <A> void answer(StreamObserver<A> observer, Supplier<A> work) {
        A result;
        try {
            result = work.get();
        } catch (IllegalArgumentException e) {
            observer.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        observer.onNext(result);
        observer.onCompleted();
    }
}
