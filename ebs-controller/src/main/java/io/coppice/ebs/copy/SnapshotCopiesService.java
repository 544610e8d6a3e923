package io.coppice.ebs.copy;

import io.coppice.proto.ebs.v1.PermitCopiesRequest;
import io.coppice.proto.ebs.v1.PermitCopiesResponse;
import io.coppice.proto.ebs.v1.SnapshotCopiesGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Instant;

/** The gRPC door for copies of snapshots. Thread-safe. */
public final class SnapshotCopiesService extends SnapshotCopiesGrpc.SnapshotCopiesImplBase {
    private final SignedCopyStore store;
    private final SnapshotCopier copier;

    /** Lets {@code copier} go on whenever {@code store} is permitted to be used. */
    public SnapshotCopiesService(SignedCopyStore store, SnapshotCopier copier) {
        this.store = store;
        this.copier = copier;
    }

    @Override
    public void permit(PermitCopiesRequest request, StreamObserver<PermitCopiesResponse> answer) {
        try {
            store.permit(new StorePermit(
                    request.getBucket(),
                    request.getReadableBucketsList(),
                    request.getAccessKeyId(),
                    request.getSecretAccessKey(),
                    request.getSessionToken(),
                    Instant.ofEpochMilli(request.getExpiresAtMillis())));
        } catch (IllegalArgumentException e) {
            answer.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        copier.wake();
        var totals = copier.totals();
        answer.onNext(PermitCopiesResponse.newBuilder()
                .setCopied(totals.copied())
                .setWaiting(totals.waiting())
                .setStoredBytes(totals.storedBytes())
                .setProblem(copier.problem())
                .build());
        answer.onCompleted();
    }
}
