package io.coppice.node.hypervisor;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.rpc.Address;
import io.coppice.node.agent.NodeConfig;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * What a host needs to be one among others.
 *
 * @param own its certificate
 * @param certificateFolder where that lies
 * @param address where others reach it
 */
public record PeerSite(OwnCertificate own, Path certificateFolder, InetAddress address) {
    /**
     * With the configured address, or else the one by which this host reaches the Cluster Controller; where that is on the same
     * machine, with the one to which other hosts send guests' packets. Throws {@link IOException} when there is none.
     */
    public static PeerSite of(OwnCertificate own, Path certificateFolder, NodeConfig config, Address cluster)
            throws IOException {
        return new PeerSite(own, certificateFolder, address(config, cluster));
    }

    private static InetAddress address(NodeConfig config, Address cluster) throws IOException {
        if (config.imagePeerAddress().isPresent()) {
            return InetAddress.getByName(config.imagePeerAddress().get());
        }
        var towards = towards(cluster);
        return towards.isLoopbackAddress()
                ? InetAddress.getByName(config.network().underlayAddress())
                : towards;
    }

    /** Nothing is sent: connecting a datagram socket only chooses the way (udp(7)). */
    private static InetAddress towards(Address other) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(other.host()), other.port()));
            return socket.getLocalAddress();
        }
    }
}
