package io.coppice.node.agent;

import com.google.protobuf.ByteString;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.CertificateRequests;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.Pem;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.proto.node.v1.JoinRequest;
import io.coppice.proto.node.v1.JoinResponse;
import io.coppice.proto.node.v1.NodeGatewayGrpc;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Gives a new host its identity: a key that never leaves it, and a certificate from the cloud for it. */
public final class NodeJoin {
    private static final int DEADLINE_SECONDS = 20;

    private NodeJoin() {}

    /** The folder in which a host keeps the identity that it joined with. */
    public static Path pki(Path nodeFolder) {
        return nodeFolder.resolve("pki");
    }

    /**
     * The identity that is kept in {@code nodeFolder}, or a new one by the token's right. Throws
     * {@link RoleStartException} when the cloud refuses or cannot be reached.
     */
    public static TlsMaterial ensure(JoinToken token, Path nodeFolder, String hostName) throws IOException {
        var pki = pki(nodeFolder);
        if (TlsMaterial.exists(pki)) {
            var kept = TlsMaterial.load(pki);
            if (PeerTrust.fingerprint(kept.authority()).equals(token.authority())) {
                return checkGood(kept, nodeFolder);
            }
            throw new RoleStartException(
                    "this host belongs to another cloud than the one that its join token is for",
                    "remove " + nodeFolder + " to let it join the other cloud; its guests' disks go with it");
        }
        var pair = CertificateAuthority.newKeyPair();
        var material = check(token, pair, ask(token, pair, hostName));
        material.save(pki);
        NodeFiles.keepNodeId(nodeFolder, new NodeId(material.identity().name()));
        return material;
    }

    private static TlsMaterial checkGood(TlsMaterial kept, Path nodeFolder) {
        if (kept.endsAt().isAfter(Instant.now())) {
            return kept;
        }
        throw new RoleStartException(
                "this host's certificate ended at " + kept.endsAt() + ": it was away for too long to renew it",
                "move what you need of " + nodeFolder
                        + ", remove it, and join anew with a token of \"coppice node-token\"");
    }

    private static JoinResponse ask(JoinToken token, KeyPair pair, String hostName) throws IOException {
        var channel = RpcChannels.openToJoin(token.cluster(), token.authority());
        try {
            return NodeGatewayGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .join(JoinRequest.newBuilder()
                            .setToken(token.secret())
                            .setCertificateSigningRequest(ByteString.copyFrom(CertificateRequests.create(pair)))
                            .setHostName(hostName)
                            .build());
        } catch (StatusRuntimeException e) {
            throw refusal(token, e);
        } finally {
            channel.shutdownNow();
        }
    }

    private static RoleStartException refusal(JoinToken token, StatusRuntimeException e) {
        return switch (e.getStatus().getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED ->
                new RoleStartException(
                        "the cloud does not accept this join token: it is used up, expired or for another zone",
                        "make a new one with \"coppice node-token\" on the Cloud Controller's machine",
                        e);
            default ->
                new RoleStartException(
                        "could not join at " + token.cluster() + ": "
                                + e.getStatus().getCode(),
                        "check that this address can be reached from here and that the Cluster and Cloud Controller run",
                        e);
        };
    }

    /** The answer is believed only if it is what was asked for: our key, a host's identity, the cloud's authority. */
    private static TlsMaterial check(JoinToken token, KeyPair pair, JoinResponse answer) throws IOException {
        var chain = Pem.decodeCertificates(answer.getCertificateChainPem());
        var authority = Pem.decodeCertificates(answer.getAuthorityPem()).getFirst();
        var identity = PeerIdentity.of(chain.getFirst())
                .filter(each -> each.equals(new PeerIdentity(PeerKind.NODE, answer.getNodeId())))
                .orElseThrow(() -> new IOException("the cloud sent a certificate that is not this host's"));
        if (!PeerTrust.fingerprint(authority).equals(token.authority())
                || !chain.getFirst().getPublicKey().equals(pair.getPublic())) {
            throw new IOException("the cloud sent a certificate of another authority or for another key");
        }
        return new TlsMaterial(identity, pair.getPrivate(), chain, authority);
    }
}
