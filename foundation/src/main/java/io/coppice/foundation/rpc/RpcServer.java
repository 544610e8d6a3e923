package io.coppice.foundation.rpc;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.TlsMaterial;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * One role's gRPC door: TLS with the role's certificate, callers known by theirs, handlers on virtual threads.
 * Thread-safe once started.
 */
public final class RpcServer implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
    private static final int KEEP_ALIVE_SECONDS = 20;
    private static final int PERMITTED_KEEP_ALIVE_SECONDS = 5;
    private static final int STOP_SECONDS = 3;

    private final Server server;

    private RpcServer(Server server) {
        this.server = server;
    }

    /** Starts to describe a server that listens on {@code address} and proves itself with {@code tls}. */
    public static Builder listeningOn(Address address, TlsMaterial tls) {
        return listeningOn(address, OwnCertificate.of(tls));
    }

    /** As {@link #listeningOn(Address, TlsMaterial)}, with a certificate that may be renewed while it listens. */
    public static Builder listeningOn(Address address, OwnCertificate own) {
        return new Builder(address, own);
    }

    /** The port that it really listens on. */
    public int port() {
        return server.getPort();
    }

    /** Refuses new calls, gives running ones a few seconds, then cuts them. */
    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** What a server offers, and to whom. Not thread-safe. */
    public static final class Builder {
        private final Address address;
        private final OwnCertificate own;
        private final List<Offer> offers = new ArrayList<>();

        private Builder(Address address, OwnCertificate own) {
            this.address = address;
            this.own = own;
        }

        /** Offers a service to callers whose certificate is of one of these kinds. */
        public Builder offer(BindableService service, PeerKind first, PeerKind... others) {
            offers.add(new Offer(service, EnumSet.of(first, others), Set.of()));
            return this;
        }

        /**
         * As {@link #offer}, but the named methods (full names, {@code package.Service/Method}) may be called without a
         * certificate: they check their caller by other means.
         */
        public Builder offerWithOpenMethods(BindableService service, Set<PeerKind> kinds, Set<String> openMethods) {
            offers.add(new Offer(service, Set.copyOf(kinds), Set.copyOf(openMethods)));
            return this;
        }

        /** Begins to listen. Throws {@link IOException} when the port is taken. */
        public RpcServer start() throws IOException {
            var ssl = GrpcSslContexts.configure(SslContextBuilder.forServer(own.keyManager()), SslProvider.JDK)
                    .trustManager(PeerTrust.of(own.current().authority(), any -> true))
                    // Optional, because a joining host has no certificate yet: CallerGate refuses everything else.
                    .clientAuth(ClientAuth.OPTIONAL)
                    .build();
            var builder = NettyServerBuilder.forAddress(new InetSocketAddress(address.host(), address.port()))
                    .sslContext(ssl)
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveTime(PERMITTED_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true);
            for (var offer : offers) {
                builder.addService(ServerInterceptors.intercept(
                        offer.service(), new CallerGate(offer.kinds(), offer.openMethods())));
            }
            return new RpcServer(builder.build().start());
        }

        private record Offer(BindableService service, Set<PeerKind> kinds, Set<String> openMethods) {}
    }

    /** Who makes the call that is being handled, from its certificate; fails when it is an open method's caller. */
    public static PeerIdentity caller() {
        var identity = CallerGate.CALLER.get();
        if (identity == null) {
            throw new IllegalStateException("this call's caller showed no certificate");
        }
        return identity;
    }
}
