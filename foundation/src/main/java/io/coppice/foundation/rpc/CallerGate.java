package io.coppice.foundation.rpc;

import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Lets a call through when its caller's certificate is of an allowed kind. */
final class CallerGate implements ServerInterceptor {
    static final Context.Key<PeerIdentity> CALLER = Context.key("coppice-caller");

    private final Set<PeerKind> kinds;
    private final Set<String> openMethods;

    CallerGate(Set<PeerKind> kinds, Set<String> openMethods) {
        this.kinds = Set.copyOf(kinds);
        this.openMethods = Set.copyOf(openMethods);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var caller = caller(call);
        if (caller.isPresent() && kinds.contains(caller.get().kind())) {
            return Contexts.interceptCall(Context.current().withValue(CALLER, caller.get()), call, headers, next);
        }
        if (openMethods.contains(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        var status = caller.isPresent()
                ? Status.PERMISSION_DENIED.withDescription(caller.get() + " may not call this service")
                : Status.UNAUTHENTICATED.withDescription("a client certificate of this cloud is required");
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static Optional<PeerIdentity> caller(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? PeerIdentity.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }
}
