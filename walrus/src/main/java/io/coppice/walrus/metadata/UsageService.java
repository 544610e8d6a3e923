package io.coppice.walrus.metadata;

import io.coppice.proto.walrus.v1.GetUsageRequest;
import io.coppice.proto.walrus.v1.GetUsageResponse;
import io.coppice.proto.walrus.v1.UsageGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.jboss.logging.Logger;

/** The gRPC door for what accounts have. Thread-safe. */
public final class UsageService extends UsageGrpc.UsageImplBase {
    private static final Logger LOG = Logger.getLogger(UsageService.class);

    private final Transactions transactions;

    /** Counts in transactions of its own. */
    public UsageService(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public void getUsage(GetUsageRequest request, StreamObserver<GetUsageResponse> answer) {
        GetUsageResponse usage;
        try {
            usage = transactions.call(session -> {
                var held = Usage.ofAccount(session, request.getAccountId());
                return GetUsageResponse.newBuilder()
                        .setBuckets(Usage.buckets(session, request.getAccountId()))
                        .setObjects(held.objects())
                        .setSizeBytes(held.sizeBytes())
                        .build();
            });
        } catch (RuntimeException e) {
            LOG.error("what an account has could not be counted", e);
            answer.onError(Status.UNAVAILABLE
                    .withDescription("the object store cannot count what the account has: see its log")
                    .asRuntimeException());
            return;
        }
        answer.onNext(usage);
        answer.onCompleted();
    }
}
