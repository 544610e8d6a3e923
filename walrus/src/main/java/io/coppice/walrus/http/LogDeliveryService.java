package io.coppice.walrus.http;

import io.coppice.proto.walrus.v1.DeliverLogRequest;
import io.coppice.proto.walrus.v1.DeliverLogResponse;
import io.coppice.proto.walrus.v1.LogDeliveryGrpc;
import io.coppice.walrus.identity.Accounts;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.jboss.logging.Logger;

/** The gRPC door for logs that the cloud keeps for accounts. Thread-safe. */
public final class LogDeliveryService extends LogDeliveryGrpc.LogDeliveryImplBase {
    private static final Logger LOG = Logger.getLogger(LogDeliveryService.class);
    private static final int MOST_BYTES = 2 * 1024 * 1024;
    private static final int MOST_KEY_CHARACTERS = 1_024;

    private final Store store;
    private final OwnWrites writes;

    /** Delivers into buckets of this store. */
    public LogDeliveryService(Store store, Accounts accounts) {
        this.store = store;
        this.writes = new OwnWrites(store, new Drafts(store, accounts));
    }

    @Override
    public void deliverLog(DeliverLogRequest request, StreamObserver<DeliverLogResponse> answer) {
        Status outcome;
        try {
            outcome = deliver(request);
        } catch (IOException | RuntimeException e) {
            // The boundary of a call: whatever went wrong, the caller keeps the log and comes again.
            LOG.warnf(e, "a log could not be put into %s", request.getBucket());
            outcome = Status.UNAVAILABLE.withDescription("the object store cannot take the log now: see its log");
        }
        if (outcome.isOk()) {
            answer.onNext(DeliverLogResponse.getDefaultInstance());
            answer.onCompleted();
        } else {
            answer.onError(outcome.asRuntimeException());
        }
    }

    private Status deliver(DeliverLogRequest request) throws IOException {
        if (request.getContent().size() > MOST_BYTES
                || request.getKey().isEmpty()
                || request.getKey().length() > MOST_KEY_CHARACTERS) {
            return Status.INVALID_ARGUMENT.withDescription("a log has a key and at most " + MOST_BYTES + " bytes");
        }
        var bucket = store.transactions().call(session -> store.buckets().find(session, request.getBucket()));
        if (bucket.isEmpty()) {
            return Status.NOT_FOUND.withDescription("there is no bucket " + request.getBucket());
        }
        if (!bucket.get().accountId().equals(request.getAccountId())) {
            return Status.PERMISSION_DENIED.withDescription(
                    "the bucket " + request.getBucket() + " is another account's");
        }
        writes.put(
                bucket.get(),
                request.getKey(),
                request.getContentType(),
                request.getContent().toByteArray());
        return Status.OK;
    }
}
