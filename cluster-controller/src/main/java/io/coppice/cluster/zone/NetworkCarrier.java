package io.coppice.cluster.zone;

import io.coppice.proto.network.v1.SharedEndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.NetworkStatus;
import java.util.HashSet;
import java.util.Set;

/** What one host carries of one VPC and how far it was told. Guarded by the zone's lock. */
final class NetworkCarrier {
    /** What a host takes of one message. */
    private static final int LARGEST_WHOLE_BYTES = 4 * 1024 * 1024 - 1024;

    private final NetworkRecord network;
    private final HostRecord host;
    /** VPCs that the host carries interfaces of and that are peered with this one. */
    private final Set<String> peers = new HashSet<>();

    private int interfaces;
    private boolean told;
    private long editionTold;
    private long versionTold = NetworkLocations.NOTHING;
    private long sequence;
    private NetworkStatus status = NetworkStatus.getDefaultInstance();

    NetworkCarrier(NetworkRecord network, HostRecord host) {
        this.network = network;
        this.host = host;
    }

    NetworkRecord network() {
        return network;
    }

    HostRecord host() {
        return host;
    }

    /** Interfaces of the VPC on the host. */
    int interfaces() {
        return interfaces;
    }

    void add(int count) {
        interfaces += count;
    }

    /** The host carries, or no longer, interfaces of a VPC that is peered with this one. Whether that is news. */
    boolean peered(String vpcId, boolean now) {
        return now ? peers.add(vpcId) : peers.remove(vpcId);
    }

    /** Whether the host must know of the VPC: for guests of its own, or for whom these reach. */
    boolean isNeeded() {
        return interfaces > 0 || !peers.isEmpty();
    }

    /** The host has to be told everything again. */
    void beginAnew() {
        editionTold = 0;
        versionTold = NetworkLocations.NOTHING;
        sequence = 0;
    }

    /** Whether the host may keep something of the VPC, also from an earlier session. */
    boolean wasTold() {
        return told || status.getGeneration() != 0;
    }

    boolean knowsVpc() {
        return editionTold == network.edition();
    }

    boolean knowsInterfaces() {
        return versionTold == network.locations().version();
    }

    /** What the host said last of itself. */
    NetworkStatus status() {
        return status;
    }

    void status(NetworkStatus said) {
        status = said;
    }

    /** Whether the host can be told: one of an older version takes no more than a message holds. */
    boolean canBeTold() {
        return host.takesEncodedNetworks()
                || network.rendered()
                        .map(Vpc::getSerializedSize)
                        .filter(size -> size > LARGEST_WHOLE_BYTES)
                        .isEmpty();
    }

    /** Tells what the VPC is, if that is known and {@link #canBeTold}. */
    void tellVpc(HostConnection way) {
        network.rendered().filter(vpc -> canBeTold()).ifPresent(vpc -> {
            if (host.takesEncodedNetworks()) {
                network.encoded()
                        .forEach(part -> way.send(message().setVpcPart(part).build()));
            } else {
                way.send(message().setVpc(vpc).build());
            }
            editionTold = network.edition();
            told = true;
        });
    }

    void tellInterfaces(HostConnection way) {
        for (var part : network.locations().since(versionTold).parts()) {
            sequence++;
            var message = host.takesEncodedNetworks()
                    ? message()
                            .setSharedEndpoints(SharedEndpointUpdate.newBuilder()
                                    .setVpcId(network.id())
                                    .setSequence(sequence)
                                    .setUpdate(part.bytes()))
                    : message().setEndpoints(part.update().toBuilder().setSequence(sequence));
            way.send(message.build());
        }
        versionTold = network.locations().version();
    }

    void tellEnd(HostConnection way) {
        way.send(message()
                .setVpc(Vpc.newBuilder()
                        .setVpcId(network.id())
                        .setGeneration(Math.max(network.generation(), status.getGeneration()))
                        .setDeleted(true))
                .build());
    }

    private ClusterMessage.Builder message() {
        return ClusterMessage.newBuilder().setNodeId(host.id().value());
    }
}
