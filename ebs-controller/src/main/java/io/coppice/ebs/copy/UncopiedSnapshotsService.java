package io.coppice.ebs.copy;

import io.coppice.proto.ebs.v1.PermitCopiesRequest;
import io.coppice.proto.ebs.v1.PermitCopiesResponse;
import io.coppice.proto.ebs.v1.SnapshotCopiesGrpc;
import io.grpc.stub.StreamObserver;

/** The gRPC door for copies of snapshots where none are made: says so, and keeps no credentials. Thread-safe. */
public final class UncopiedSnapshotsService extends SnapshotCopiesGrpc.SnapshotCopiesImplBase {
    private final String why;

    /** @param why for the operator */
    public UncopiedSnapshotsService(String why) {
        this.why = why;
    }

    @Override
    public void permit(PermitCopiesRequest request, StreamObserver<PermitCopiesResponse> answer) {
        answer.onNext(PermitCopiesResponse.newBuilder().setProblem(why).build());
        answer.onCompleted();
    }
}
