package io.coppice.foundation.rpc;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.TlsMaterial;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Opens gRPC channels to other roles. The caller owns a channel and shuts it down. */
public final class RpcChannels {
    private static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
    private static final int KEEP_ALIVE_SECONDS = 10;
    private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    private RpcChannels() {}

    /** A channel with mutual TLS to a party of the kind {@code expected}; anybody else at that address is refused. */
    public static ManagedChannel open(Address address, TlsMaterial own, PeerKind expected) {
        return open(address, OwnCertificate.of(own), expected);
    }

    /** As {@link #open(Address, TlsMaterial, PeerKind)}, with a certificate that may be renewed while it is open. */
    public static ManagedChannel open(Address address, OwnCertificate own, PeerKind expected) {
        return build(
                address,
                SslContextBuilder.forClient()
                        .keyManager(own.keyManager())
                        .trustManager(PeerTrust.of(own.current().authority(), peer -> peer.kind() == expected)));
    }

    /**
     * A channel for a host that has no certificate yet: it knows the authority by its fingerprint (see
     * {@link PeerTrust#fingerprint}) from the join token.
     */
    public static ManagedChannel openToJoin(Address address, String authorityFingerprint) {
        return build(
                address,
                SslContextBuilder.forClient()
                        .trustManager(PeerTrust.ofFingerprint(
                                authorityFingerprint, peer -> peer.kind() == PeerKind.CLUSTER_CONTROLLER)));
    }

    private static ManagedChannel build(Address address, SslContextBuilder ssl) {
        try {
            return NettyChannelBuilder.forAddress(address.host(), address.port())
                    .sslContext(GrpcSslContexts.configure(ssl, SslProvider.JDK).build())
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .keepAliveWithoutCalls(true)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("this Java runtime cannot make a TLS context", e);
        }
    }
}
