package io.coppice.cloud.peer;

import io.coppice.cloud.store.DatabaseFailures;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import org.jboss.logging.Logger;

/**
 * The boundary of the calls that other roles make: what a handler throws becomes a status that tells the caller whether
 * to try again. Without it gRPC answers UNKNOWN. Thread-safe.
 */
public final class FailureGate implements ServerInterceptor {
    private static final Logger LOG = Logger.getLogger(FailureGate.class);

    private FailureGate() {}

    /** The same service with the gate before it. */
    public static BindableService around(BindableService service) {
        return () -> ServerInterceptors.intercept(service, new FailureGate());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            @Override
            public void onHalfClose() {
                try {
                    super.onHalfClose();
                } catch (RuntimeException e) {
                    call.close(status(e, call.getMethodDescriptor().getFullMethodName()), new Metadata());
                }
            }
        };
    }

    private static Status status(RuntimeException failure, String method) {
        if (DatabaseFailures.unavailable(failure)) {
            LOG.warnf("%s: the database is away or has no room: %s", method, DatabaseFailures.reason(failure));
            return Status.UNAVAILABLE.withDescription(
                    "the Cloud Controller is unable to use its database now; try again soon");
        }
        LOG.errorf(failure, "%s failed", method);
        return Status.INTERNAL.withDescription("the Cloud Controller failed: see its log");
    }
}
