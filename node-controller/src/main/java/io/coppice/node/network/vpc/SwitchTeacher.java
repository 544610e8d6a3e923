package io.coppice.node.network.vpc;

import io.coppice.node.command.EthernetFrames;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Has the switches between the hosts learn where guests are, as soon as they are plugged in: else they would go on sending to the host
 * where a guest was before, until it first sends something itself. One frame in the guest's name does that, which asks nobody (an
 * address probe, RFC 5227 section 2.1.1) and leaves by the subnet's cable. Not thread-safe.
 */
final class SwitchTeacher {
    private static final Logger LOG = Logger.getLogger(SwitchTeacher.class);
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
    private static final byte[] EVERYBODY = COLONS.parseHex("ff:ff:ff:ff:ff:ff");
    private static final int FRAME_BYTES = 60;
    private static final short ARP = 0x0806;
    /** Ethernet and IPv4, with the lengths of their addresses, and a request. */
    private static final long REQUEST = 0x0001_0800_06_04_0001L;

    private final Namespace inside;
    private final boolean isWire;
    /** The hardware addresses that were taught, with the device that each had then. */
    private Map<String, String> taught = Map.of();

    SwitchTeacher(VpcSettings settings, Namespace inside) {
        this.inside = inside;
        this.isWire = settings.trunk().isWire();
    }

    /** Teaches what is new; its devices must be there. */
    void teach(VpcView view) {
        if (!isWire) {
            return;
        }
        var subnets = view.subnetsById();
        var present = new HashMap<String, String>();
        for (var local : view.present()) {
            var endpoint = local.endpoint();
            var subnet = subnets.get(endpoint.getSubnetId());
            if (local.plugged() && subnet != null) {
                present.put(endpoint.getMac(), local.tap());
                if (!local.tap().equals(taught.get(endpoint.getMac()))) {
                    teach(VpcView.tunnel(subnet), endpoint);
                }
            }
        }
        taught = present;
    }

    private void teach(String device, NetworkEndpoint endpoint) {
        try {
            EthernetFrames.send(inside.name(), device, probe(endpoint));
        } catch (IOException e) {
            LOG.warnf(e, "the switches could not be told of a guest: they learn when it first sends something");
        }
    }

    private static byte[] probe(NetworkEndpoint endpoint) {
        var mac = COLONS.parseHex(endpoint.getMac());
        return ByteBuffer.allocate(FRAME_BYTES)
                .put(EVERYBODY)
                .put(mac)
                .putShort(ARP)
                .putLong(REQUEST)
                .put(mac)
                .putInt(0)
                .put(new byte[mac.length])
                .putInt((int) Cidr.number(endpoint.getPrivateIpv4()))
                .array();
    }
}
