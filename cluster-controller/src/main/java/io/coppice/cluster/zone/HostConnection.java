package io.coppice.cluster.zone;

import io.coppice.proto.node.v1.ClusterMessage;

/** The way to a host while its session is up. Thread-safe, never blocks, never calls back. */
public interface HostConnection {
    /** Sends now or soon. A host that does not keep up loses its session, and learns all again with the next one. */
    void send(ClusterMessage message);

    /** Whether there is room for what can as well wait, and still for what cannot. */
    default boolean hasRoom() {
        return true;
    }
}
