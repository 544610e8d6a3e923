package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Tells the public network that an address is here now, so that neighbours do not go on sending to where it was. An address that
 * leaves is not announced any more: whoever has it next may have said so already. Used by one thread at a time. Source: RFC 5227
 * section 3, arping(8).
 */
final class Announcer {
    private static final Logger LOG = Logger.getLogger(Announcer.class);

    private static final int TIMES = 2;

    private final Namespace inside;
    /** Read by those who are announcing, too. */
    private final Set<String> announced = ConcurrentHashMap.newKeySet();

    Announcer(Namespace inside) {
        this.inside = inside;
    }

    /** Announces those addresses that were not here before, beside the caller: nobody answers, and the program waits for that. */
    void announce(Collection<String> present) {
        announced.retainAll(present);
        var fresh = present.stream().filter(announced::add).toList();
        if (!fresh.isEmpty()) {
            Thread.ofVirtual().name("announce").start(() -> repeat(fresh));
        }
    }

    private void repeat(List<String> addresses) {
        for (int time = 0; time < TIMES; time++) {
            addresses.stream().filter(announced::contains).forEach(this::once);
        }
    }

    /** Takes a second, which is the pause between two of them. */
    private void once(String address) {
        try {
            var result = inside.execute("arping", "-c", "1", "-w", "1", "-U", "-I", VpcView.PUBLIC, address);
            LOG.debugf("announced %s: %d %s", address, result.exitCode(), result.errors());
        } catch (IOException e) {
            LOG.warnf(e, "%s could not be announced: neighbours find it when they ask again", address);
        }
    }
}
