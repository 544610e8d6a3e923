package io.coppice.node.agent;

import com.google.protobuf.ByteString;
import io.coppice.foundation.pki.CertificateRequests;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.Pem;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.proto.node.v1.NodeGatewayGrpc;
import io.coppice.proto.node.v1.RenewCertificateRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Renews the certificate of a host that joined by token, when a third of its life is left, over the connection it proves
 * itself on with the present one. The key stays: it never leaves the host. Asked by one timer; not thread-safe.
 */
public final class CertificateRenewal {
    private static final Logger LOG = Logger.getLogger(CertificateRenewal.class);
    private static final int DEADLINE_SECONDS = 20;
    private static final int LIFE_TO_REST = 3;
    private static final int ATTEMPTS_IN_REST = 20;
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(2);

    private final OwnCertificate own;
    private final Path pki;
    private final ManagedChannel channel;
    private final Clock clock;

    /**
     * @param pki where the certificate is kept
     * @param channel to the Cluster Controller
     */
    public CertificateRenewal(OwnCertificate own, Path pki, ManagedChannel channel, Clock clock) {
        this.own = own;
        this.pki = pki;
        this.channel = channel;
        this.clock = clock;
    }

    /** Renews if it is time, and says when to come again: 2 seconds to 1 hour. Blocks; a failure is logged. */
    public Duration run() {
        var present = own.current();
        if (rest(present).compareTo(life(present).dividedBy(LIFE_TO_REST)) > 0) {
            return wait(rest(present).minus(life(present).dividedBy(LIFE_TO_REST)));
        }
        if (rest(present).isNegative()) {
            LOG.errorf(
                    "this host's certificate ended at %s before it could be renewed: the cloud no longer knows the host."
                            + " Its guests go on; to have it back, remove %s and join anew",
                    present.endsAt(), pki.getParent());
            return LONGEST_WAIT;
        }
        try {
            var renewed = check(present, ask(present));
            renewed.save(pki);
            own.replace(renewed);
            LOG.infof("this host's certificate is a new one, valid until %s", renewed.endsAt());
        } catch (StatusRuntimeException | IOException e) {
            LOG.warnf(
                    "this host's certificate, which ends at %s, could not be renewed: %s; trying again",
                    present.endsAt(), e.getMessage());
        }
        return wait(rest(own.current()).dividedBy(ATTEMPTS_IN_REST));
    }

    private String ask(TlsMaterial present) throws IOException {
        return NodeGatewayGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .renewCertificate(RenewCertificateRequest.newBuilder()
                        .setCertificatePem(Pem.encode(List.of(present.chain().getFirst())))
                        .setCertificateSigningRequest(
                                ByteString.copyFrom(CertificateRequests.create(present.publicKey(), present.key())))
                        .build())
                .getCertificateChainPem();
    }

    /** The answer is believed only if it is what was asked for: the same host, the same key, a later end. */
    private static TlsMaterial check(TlsMaterial present, String answer) throws IOException {
        var renewed =
                new TlsMaterial(present.identity(), present.key(), Pem.decodeCertificates(answer), present.authority());
        var named = PeerIdentity.of(renewed.chain().getFirst());
        if (!named.equals(Optional.of(present.identity()))
                || !renewed.fits()
                || !renewed.endsAt().isAfter(present.endsAt())) {
            throw new IOException("the cloud sent a certificate that is not this host's next one");
        }
        return renewed;
    }

    private static Duration life(TlsMaterial material) {
        return Duration.between(material.beginsAt(), material.endsAt());
    }

    private Duration rest(TlsMaterial material) {
        return Duration.between(clock.instant(), material.endsAt());
    }

    private static Duration wait(Duration wanted) {
        if (wanted.compareTo(SHORTEST_WAIT) < 0) {
            return SHORTEST_WAIT;
        }
        return wanted.compareTo(LONGEST_WAIT) < 0 ? wanted : LONGEST_WAIT;
    }
}
