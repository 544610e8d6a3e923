package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Tells the public network that an address is here now, so that neighbours do not go on sending to where it was. Not thread-safe.
 * Source: RFC 5227 section 3, arping(8).
 */
final class Announcer {
    private static final Logger LOG = Logger.getLogger(Announcer.class);

    private final Namespace inside;
    private final Set<String> announced = new HashSet<>();

    Announcer(Namespace inside) {
        this.inside = inside;
    }

    /** Announces those addresses that were not here before. */
    void announce(Collection<String> present) throws IOException {
        announced.retainAll(present);
        for (var address : present) {
            if (announced.add(address)) {
                var result = inside.execute("arping", "-c", "1", "-w", "1", "-U", "-I", VpcView.PUBLIC, address);
                // Nobody answers an announcement, which some versions count as a failure.
                LOG.debugf("announced %s: %d %s", address, result.exitCode(), result.errors());
            }
        }
    }
}
