package io.coppice.node.network;

import io.coppice.foundation.id.InstanceId;
import java.io.IOException;
import java.util.Optional;

/** How guests' requests reach the host's metadata service: from which guest one came, and how far its answer may go. Thread-safe. */
public interface MetadataEntry {
    /** One flat network: an address is a guest, and answers go to the guest itself. */
    MetadataEntry DIRECT = new MetadataEntry() {
        @Override
        public Optional<Guest> whoIs(String sourceAddress) {
            return Optional.of(new Guest("", sourceAddress));
        }

        @Override
        public void limitHops(InstanceId instance, int hops) {}
    };

    /**
     * An address of a guest.
     *
     * @param vpcId empty in one flat network
     * @param privateAddress dotted quad; the interface's hardware address where others give the dotted quads
     */
    record Guest(String vpcId, String privateAddress) {}

    /** Whose request comes from this address on the host; empty for nobody's. */
    Optional<Guest> whoIs(String sourceAddress);

    /** From now on answers to the instance travel so many hops, 1 to 64, beyond the router. */
    void limitHops(InstanceId instance, int hops) throws IOException;
}
