package io.coppice.node.network;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.util.List;

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

    /** Takes everything of the instance's back. Does nothing when there is nothing. */
    void release(InstanceId instance) throws IOException;

    /** The host's address on the guests' network, empty when it has none. */
    String hostAddress();

    /** Puts right what differs from the wishes, without touching what is right. Called now and then. */
    void repair() throws IOException;

    /** Ends what only this process needs. Guests' connections, addresses and leases go on. */
    @Override
    void close();
}
