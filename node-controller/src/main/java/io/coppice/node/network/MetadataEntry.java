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
        public void open(InstanceId instance, Reach reach) {}
    };

    /**
     * An address of a guest, of IPv4 or an assigned one of IPv6 as the endpoint has it.
     *
     * @param vpcId empty in one flat network
     * @param privateAddress dotted quad; the interface's hardware address where others give the dotted quads
     */
    record Guest(String vpcId, String privateAddress) {}

    /** Whose request comes from this address on the host; empty for nobody's. */
    Optional<Guest> whoIs(String sourceAddress);

    /**
     * How an instance reaches the service.
     *
     * @param hops that answers travel beyond the router, 1 to 64
     * @param byIpv6 whether it is there at its address of IPv6, too, for interfaces that have IPv6
     */
    record Reach(int hops, boolean byIpv6) {
        private static final int MAXIMUM_HOPS = 64;

        /** As AWS has it when nothing is asked for. */
        public static final Reach USUAL = new Reach(1, false);

        public Reach {
            hops = Math.clamp(hops, 1, MAXIMUM_HOPS);
        }
    }

    /** From now on the instance reaches the service so. */
    void open(InstanceId instance, Reach reach) throws IOException;
}
