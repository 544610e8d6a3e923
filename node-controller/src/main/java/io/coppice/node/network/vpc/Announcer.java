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

    private static final String TIMES = "2";

    private final Namespace inside;
    private final Set<String> announced = new HashSet<>();

    Announcer(Namespace inside) {
        this.inside = inside;
    }

    /** Announces those addresses that were not here before, beside the caller: nobody answers, and the program waits for that. */
    void announce(Collection<String> present) {
        announced.retainAll(present);
        var fresh = present.stream().filter(announced::add).toList();
        if (!fresh.isEmpty()) {
            Thread.ofVirtual().name("announce").start(() -> fresh.forEach(this::announce));
        }
    }

    private void announce(String address) {
        try {
            var result = inside.execute("arping", "-c", TIMES, "-w", TIMES, "-U", "-I", VpcView.PUBLIC, address);
            LOG.debugf("announced %s: %d %s", address, result.exitCode(), result.errors());
        } catch (IOException e) {
            LOG.warnf(e, "%s could not be announced: neighbours find it when they ask again", address);
        }
    }
}
