package io.coppice.node.network.vpc;

import io.coppice.node.command.EthernetFrames;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Has the switches between the hosts learn where guests are, as soon as they are plugged in: else they would go on sending to the host
 * where a guest was before, until it first sends something itself. One frame in the guest's name does that, which asks nobody (an
 * address probe, RFC 5227 section 2.1.1) and leaves by the subnet's cable. Not thread-safe.
 */
final class SwitchTeacher {
    private static final Logger LOG = Logger.getLogger(SwitchTeacher.class);

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
            EthernetFrames.send(inside.name(), device, ArpFrame.probe(endpoint.getMac(), endpoint.getPrivateIpv4()));
        } catch (IOException e) {
            LOG.warnf(e, "the switches could not be told of a guest: they learn when it first sends something");
        }
    }
}
