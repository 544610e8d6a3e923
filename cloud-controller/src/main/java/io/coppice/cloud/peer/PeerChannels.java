package io.coppice.cloud.peer;

import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.grpc.ManagedChannel;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;

/**
 * The Cloud Controller's channels to other roles: one a role, opened when first used, with the Cloud Controller's
 * certificate. Thread-safe.
 */
@ApplicationScoped
public class PeerChannels {
    private final SiteConfig site;
    private final Clock clock;
    private final Map<PeerKind, ManagedChannel> open = new EnumMap<>(PeerKind.class);

    PeerChannels(SiteConfig site, Clock clock) {
        this.site = site;
        this.clock = clock;
    }

    /** The channel to Walrus's gRPC door. */
    public ManagedChannel walrus() {
        return channel(PeerKind.WALRUS, site.endpoints().walrus());
    }

    /** The channel to the EBS controller's gRPC door. */
    public ManagedChannel ebs() {
        return channel(PeerKind.EBS_CONTROLLER, site.endpoints().ebs());
    }

    private synchronized ManagedChannel channel(PeerKind kind, String endpoint) {
        return open.computeIfAbsent(kind, any -> {
            var own = new PeerIdentity(PeerKind.CLOUD_CONTROLLER, RoleName.CLOUD_CONTROLLER.longName());
            var material = RolePki.keep(site.dataDir(), own, clock);
            return RpcChannels.open(Address.parse(endpoint), material, kind);
        });
    }

    @PreDestroy
    synchronized void close() {
        open.values().forEach(ManagedChannel::shutdownNow);
        open.clear();
    }
}
