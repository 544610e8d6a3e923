package io.coppice.node.network;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.PublicNetwork;
import io.coppice.proto.node.v1.PublicTunnels;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The host's network for guests. Everything it makes is rendered from the wishes it was given, so that it can be
 * repaired at any time. Thread-safe.
 */
public interface NetworkEngine extends AutoCloseable {
    /** Makes what all guests of this host share (bridge, addresses, DHCP, NAT). Safe to repeat. */
    void start() throws IOException;

    /** Prepares the instance's endpoints: address binding, DHCP answer, spoof guard. Safe to repeat. */
    List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException;

    /**
     * Completes the endpoints after the hypervisor has made their devices (guards that hang on the device itself). Safe
     * to repeat.
     */
    void attached(InstanceId instance) throws IOException;

    /**
     * As {@link #ensure}, for a guest that another host sends here while it runs: all is made ready, {@link #attached} plugs its
     * devices in, and packets go on to where it is until {@link #arrived}. Kept over restarts. {@link #ensure} ends it, too.
     */
    default List<Endpoint> expect(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        return ensure(instance, wished);
    }

    /**
     * What the kernel remembers of the instance's connections: to be asked when the guest stands still and will go on elsewhere,
     * before {@link #release}. At most {@link OpenFlow#MOST}; empty where hosts remember no connections for guests.
     */
    default List<OpenFlow> openFlows(InstanceId instance) throws IOException {
        return List.of();
    }

    /**
     * The guest that was expected is here and will run: packets for it come to this host, its public addresses are announced, and
     * connections that it had go on. To be called before its processors start.
     *
     * @param flows what the host that it comes from told with {@link #openFlows}; those of other addresses are ignored
     */
    default void arrived(InstanceId instance, List<OpenFlow> flows) throws IOException {}

    /** Takes everything of the instance's back. Does nothing when there is nothing. */
    void release(InstanceId instance) throws IOException;

    /**
     * What a VPC should be from now on; ignored when older than what is known, and where there are no VPCs. What was told is
     * kept over restarts.
     */
    default void apply(Vpc vpc) throws IOException {}

    /**
     * Where interfaces of a VPC are from now on. False when an update before this one was lost: nothing was changed, and all of
     * it is needed again.
     */
    default boolean apply(EndpointUpdate update) throws IOException {
        return true;
    }

    /** As {@link #apply(EndpointUpdate)}, for several updates of one VPC in their order; those before a gap are followed. */
    default boolean apply(List<EndpointUpdate> updates) throws IOException {
        for (var update : updates) {
            if (!apply(update)) {
                return false;
            }
        }
        return true;
    }

    /** The VPCs of which this host keeps anything. */
    default Set<String> networks() {
        return Set.of();
    }

    /** What packets of a VPC follow now. */
    default Followed followed(String vpcId) {
        return Followed.NOTHING;
    }

    /**
     * How far this host has come with a VPC.
     *
     * @param generation of the VPC, 0 for none
     * @param sequence of the updates of its interfaces, 0 for none
     * @param failure why its packets do not follow that yet, for people; empty when they do
     */
    record Followed(long generation, long sequence, String failure) {
        /** Of a VPC that is not known here. */
        public static final Followed NOTHING = new Followed(0, 0, "");
    }

    /** What guests' interfaces have carried since they came to this host, as far as was looked; empty where nobody counts. */
    default Map<String, Traffic> traffic() {
        return Map.of();
    }

    /** What an interface has carried, as its guest sees it. */
    record Traffic(long receivedBytes, long receivedPackets, long sentBytes, long sentPackets) {
        /** Both together. */
        public Traffic plus(Traffic other) {
            return new Traffic(
                    receivedBytes + other.receivedBytes,
                    receivedPackets + other.receivedPackets,
                    sentBytes + other.sentBytes,
                    sentPackets + other.sentPackets);
        }

        /** What was carried since the other, which is earlier. */
        public Traffic minus(Traffic earlier) {
            return new Traffic(
                    receivedBytes - earlier.receivedBytes,
                    receivedPackets - earlier.receivedPackets,
                    sentBytes - earlier.sentBytes,
                    sentPackets - earlier.sentPackets);
        }
    }

    /**
     * What was counted of flows that somebody wants recorded; told once. Called now and then.
     *
     * @param period what has lasted at least that long is told and begins anew
     */
    default List<FlowReport> recordedFlows(Duration period) {
        return List.of();
    }

    /** Addresses that somebody else has given guests, as far as was looked; empty where the cloud gives them. */
    default List<LearnedAddress> learned() {
        return List.of();
    }

    /** How this host reaches the public network now. Never waits. */
    default PublicNetwork publicNetwork() {
        return PublicNetwork.PUBLIC_NETWORK_UNSPECIFIED;
    }

    /** With which hosts this one shares the public network from now on; kept over restarts. */
    default void apply(PublicTunnels tunnels) throws IOException {}

    /** Where other hosts find this one, empty when they need not. */
    String hostAddress();

    /** Where the metadata service of this host listens. */
    default String metadataAddress() {
        return hostAddress();
    }

    /** Where it listens besides, in IPv6; empty where guests have none. */
    default Optional<String> metadataAddressIpv6() {
        return Optional.empty();
    }

    /** How guests' requests reach the metadata service. */
    default MetadataEntry metadataEntry() {
        return MetadataEntry.DIRECT;
    }

    /** Puts right what differs from the wishes, without touching what is right. Called now and then. */
    void repair() throws IOException;

    /** Ends what only this process needs. Guests' connections, addresses and leases go on. */
    @Override
    void close();
}
