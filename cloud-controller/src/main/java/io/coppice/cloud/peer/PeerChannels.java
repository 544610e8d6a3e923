package io.coppice.cloud.peer;

import io.coppice.cloud.place.Zones;
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
import java.util.HashMap;
import java.util.Map;

/**
 * The Cloud Controller's channels to other roles: one an address, opened when first used, with the Cloud Controller's
 * certificate. Thread-safe.
 */
@ApplicationScoped
public class PeerChannels {
    private final SiteConfig site;
    private final Zones zones;
    private final Clock clock;
    private final Map<Peer, ManagedChannel> open = new HashMap<>();

    private record Peer(PeerKind kind, Address address) {}

    PeerChannels(SiteConfig site, Zones zones, Clock clock) {
        this.site = site;
        this.zones = zones;
        this.clock = clock;
    }

    /** The channel to Walrus's gRPC door. */
    public ManagedChannel walrus() {
        return channel(new Peer(PeerKind.WALRUS, Address.parse(site.endpoints().walrus())));
    }

    /** The channel to the gRPC door of a zone's EBS controller; throws {@link IllegalArgumentException} when there is no such zone. */
    public ManagedChannel ebs(String zone) {
        var doors = zones.doors(zone)
                .orElseThrow(() -> new IllegalArgumentException("the zone " + zone + " is not in coppice.zones"));
        return channel(new Peer(PeerKind.EBS_CONTROLLER, doors.ebs()));
    }

    /** The channel to the EBS controller of the cloud's own zone. */
    public ManagedChannel ebs() {
        return ebs(zones.standard());
    }

    private synchronized ManagedChannel channel(Peer peer) {
        return open.computeIfAbsent(peer, any -> {
            var own = new PeerIdentity(PeerKind.CLOUD_CONTROLLER, RoleName.CLOUD_CONTROLLER.longName());
            var material = RolePki.keep(site.dataDir(), own, clock);
            return RpcChannels.open(peer.address(), material, peer.kind());
        });
    }

    @PreDestroy
    synchronized void close() {
        open.values().forEach(ManagedChannel::shutdownNow);
        open.clear();
    }
}
