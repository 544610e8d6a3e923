package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Has the switches between the hosts learn where guests are, as soon as they are plugged in: else they would go on sending to the host
 * where a guest was before, until it first sends something itself. Used by one thread at a time.
 */
final class SwitchTeacher {
    private static final Logger LOG = Logger.getLogger(SwitchTeacher.class);

    private final Namespace host;
    private final Underlay underlay;
    private final boolean isWire;
    /** The hardware addresses that were taught, with the device that each had then. */
    private final Map<String, String> taught = new ConcurrentHashMap<>();

    SwitchTeacher(VpcSettings settings, Namespace host, Underlay underlay) {
        this.host = host;
        this.underlay = underlay;
        this.isWire = settings.trunk().isWire();
    }

    /** Teaches what is new, beside the caller. */
    void teach(VpcView view) {
        if (!isWire) {
            return;
        }
        var subnets = view.subnetsById();
        var present = new ConcurrentHashMap<String, String>();
        for (var local : view.present()) {
            var mac = local.endpoint().getMac();
            var subnet = subnets.get(local.endpoint().getSubnetId());
            if (local.plugged() && subnet != null) {
                present.put(mac, local.tap());
                if (!local.tap().equals(taught.put(mac, local.tap()))) {
                    Thread.ofVirtual()
                            .name("teach switches")
                            .start(() -> once(() -> underlay.announce(
                                    host, subnet, mac, local.endpoint().getPrivateIpv4())));
                }
            }
        }
        taught.keySet().retainAll(present.keySet());
    }

    private static void once(Announcement announcement) {
        try {
            announcement.make();
        } catch (IOException e) {
            LOG.warnf(e, "the switches could not be told of a guest: they learn when it first sends something");
        }
    }

    /** The way to make it. */
    @FunctionalInterface
    private interface Announcement {
        void make() throws IOException;
    }
}
